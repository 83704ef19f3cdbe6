import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { factsOf, weightOf } from './objects.ts';

interface Refusal {
  readonly text: string;
  readonly namespace: string;
  readonly workload: string;
  readonly evidence: readonly string[];
}

/** Pods that the API server rejected, from the conditions of their owners and from events. */
function refusals(context: FailureContext): Refusal[] {
  return [
    ...factsOf(context, 'workload').flatMap(({ id, namespace, workload, troubles }) =>
      troubles
        .filter(({ reason }) => reason === 'FailedCreate')
        .map(({ message }) => ({ text: message, namespace, workload, evidence: [id] })),
    ),
    ...factsOf(context, 'event')
      .filter(
        ({ reason, type }) =>
          type === 'Warning' && /^(?:FailedCreate|SyncError|ProvisioningFailed)$/.test(reason),
      )
      .map(({ id, message, namespace, about }) => ({
        text: message,
        namespace,
        workload: about.toLowerCase(),
        evidence: [id],
      })),
  ];
}

/** The message of the ResourceQuota admission plugin (plugin/resourcequota/controller.go). */
const EXCEEDED =
  /exceeded quota: (?<quota>[\w.-]{1,253}), requested: (?<requested>[\w.=:/,-]{1,300}?), used: (?<used>[\w.=:/,-]{1,300}?), limited: (?<limited>[\w.=:/,-]{1,300})/;

/** A quota is exhausted. Names the quota that rejects, and every other known quota. */
export const clusterQuotaExceeded: Rule = {
  code: 'quota-exceeded',
  cause: 'quota',
  find: (context) =>
    refusals(context).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      const { quota, requested, used, limited } = EXCEEDED.exec(text)?.groups ?? {};
      if (quota === undefined) return [];
      // A virtual cluster passes on the rejection of its host cluster, whose quota is not visible inside.
      const outer = /syncing to (?:physical|host) cluster/i.test(text);
      const known = outer ? [] : factsOf(context, 'quota').filter((each) => each.namespace === namespace);
      const others = known.filter(({ name }) => name !== quota).map(({ name }) => name);
      return [
        {
          title: `The quota ${quota} of ${outer ? 'the host cluster of this virtual cluster' : `namespace ${namespace}`} is exhausted: requested ${requested}, used ${used}, limited to ${limited} (${workload}).`,
          remedy: `Request less (requests, limits, replicas, maxSurge; strategy Recreate needs no surge), remove what is not needed, or have ${quota} raised. ${others.length > 0 ? `Other quotas of the namespace count too: ${others.join(', ')}. ` : ''}Waiting does not help.`,
          subject: quota,
          evidence: [...evidence, ...known.map(({ id }) => id)],
          weight: weightOf(context, namespace, workload),
        },
      ];
    }),
};

/** A quota on a resource rejects every pod that does not declare how much it uses. */
export const quotaNeedsLimits: Rule = {
  code: 'quota-needs-amounts',
  cause: 'quota',
  find: (context) =>
    refusals(context).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      const [, quota, what] =
        /failed quota: ([\w.-]{1,253}): must specify ([\w.,: -]{1,300})/.exec(text) ?? [];
      if (quota === undefined) return [];
      return [
        {
          title: `The quota ${quota} of ${namespace} rejects pods that do not declare ${what?.trim()} (${workload}).`,
          remedy: 'Set these requests and limits in every container, or have a LimitRange set defaults.',
          subject: `${quota} ${workload}`,
          evidence,
          weight: weightOf(context, namespace, workload),
        },
      ];
    }),
};

/** The messages of LimitRanger (plugin/pkg/admission/limitranger) and of validation. */
const OUT_OF_RANGE =
  /(?<bound>maximum|minimum) (?<resource>\S{1,60}) usage per (?<per>Container|Pod) is (?<limit>[^\s,]{1,30}?), but (?:limit|request) is (?<asked>[^\s.,]{1,30})|(?<ratio>\S{1,60}) max limit to request ratio per (?:Container|Pod) is (?<most>[^\s,]{1,30})|must be less than or equal to (?<request>cpu|memory) limit/i;

/** A container is outside the range that the namespace allows. */
export const limitRangeViolated: Rule = {
  code: 'limit-range-violated',
  cause: 'quota',
  find: (context) =>
    refusals(context).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      const groups = OUT_OF_RANGE.exec(text)?.groups;
      if (groups === undefined) return [];
      const { bound, resource, per, limit, asked, ratio, most, request } = groups;
      const ranges = factsOf(context, 'limit-range').filter((each) => each.namespace === namespace);
      const what =
        bound !== undefined
          ? `${bound} of ${resource} for each ${per} is ${limit}, but ${asked} is requested`
          : ratio !== undefined
            ? `the limit of ${ratio} may be at most ${most} times its request`
            : `the request of ${request} is larger than its limit (a LimitRange's default may have given that limit)`;
      return [
        {
          title: `A container is outside the range that ${ranges.map(({ name }) => `LimitRange ${name}`).join(', ') || namespace} allows: ${what} (${workload}).`,
          remedy: 'Set requests and limits explicitly, within that range, or have the LimitRange changed.',
          subject: `${namespace} ${resource ?? ratio ?? request}`,
          evidence: [...evidence, ...ranges.map(({ id }) => id)],
          weight: weightOf(context, namespace, workload),
        },
      ];
    }),
};

/** A CPU limit that throttles in at least a quarter of the measured periods. */
export const cpuThrottled: Rule = {
  code: 'cpu-throttled',
  cause: 'resources',
  find: (context) =>
    factsOf(context, 'usage').flatMap(({ id, workload, container, periods = 0, throttled = 0 }): Match[] => {
      if (periods < 100 || throttled / periods < 0.25) return [];
      return [
        {
          title: `Container ${container} of ${workload} is throttled by its CPU limit in ${Math.round((100 * throttled) / periods)} % of the periods (${throttled} of ${periods}).`,
          remedy: 'Raise its CPU limit, within every quota, or remove the limit and keep the request.',
          subject: `${workload} ${container}`,
          evidence: [id],
          weight: 'inferred',
        },
      ];
    }),
};

/** Rejections that other rules explain. */
const EXPLAINED =
  /exceeded quota|failed quota|(?:maximum|minimum) \S+ usage per|limit to request ratio|must be less than or equal to \S+ limit|syncing to (?:physical|host) cluster|persistentvolumeclaims? /i;

/** Any other reason for which the API server rejects the pods of a workload: an admission rule, a class or an account that is missing. */
export const podsRejected: Rule = {
  code: 'pods-rejected',
  cause: 'config',
  find: (context) =>
    refusals(context).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      if (EXPLAINED.test(text) || !/\bpods? "|error looking up service account/i.test(text)) return [];
      const why = text
        .replace(/^Error creating: /, '')
        .trim()
        .slice(0, 400)
        .replace(/\.$/, '');
      return [
        {
          title: `The pods of ${workload} are rejected: ${why}.`,
          remedy:
            'Change the pod template as the message says, or create what it names. Waiting does not help.',
          subject: workload,
          evidence,
          weight: weightOf(context, namespace, workload),
        },
      ];
    }),
};
