import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { factsOf, weightOf } from './objects.ts';

interface Refusal {
  readonly text: string;
  readonly namespace: string;
  readonly workload: string;
  readonly evidence: readonly string[];
}

/** Pods that the API server would not take: by the condition of their owner, and by its events. */
function refusals(scene: FailureContext): Refusal[] {
  return [
    ...factsOf(scene, 'workload').flatMap(({ id, namespace, workload, troubles }) =>
      troubles
        .filter(({ reason }) => reason === 'FailedCreate')
        .map(({ message }) => ({ text: message, namespace, workload, evidence: [id] })),
    ),
    ...factsOf(scene, 'event')
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

/** The words of the ResourceQuota admission (plugin/resourcequota/controller.go). */
const EXCEEDED =
  /exceeded quota: (?<quota>[\w.-]{1,253}), requested: (?<requested>[\w.=:/,-]{1,300}?), used: (?<used>[\w.=:/,-]{1,300}?), limited: (?<limited>[\w.=:/,-]{1,300})/;

/** A quota is full: as the layer says that refuses, and with every other layer that is known beside it. */
export const clusterQuotaExceeded: Rule = {
  code: 'quota-exceeded',
  cause: 'quota',
  find: (scene) =>
    refusals(scene).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      const { quota, requested, used, limited } = EXCEEDED.exec(text)?.groups ?? {};
      if (quota === undefined) return [];
      // A virtual cluster passes the refusal of the cluster around it on: the quota is not the one that is seen inside.
      const outer = /syncing to (?:physical|host) cluster/i.test(text);
      const known = outer ? [] : factsOf(scene, 'quota').filter((each) => each.namespace === namespace);
      const others = known.filter(({ name }) => name !== quota).map(({ name }) => name);
      return [
        {
          title: `The quota ${quota} of ${outer ? 'the cluster around this virtual one' : `namespace ${namespace}`} is full: requested ${requested}, used ${used}, limited to ${limited} (${workload}).`,
          remedy: `Ask for less (requests, limits, replicas, maxSurge; strategy Recreate needs no surge), end what is not needed, or have ${quota} raised${others.length > 0 ? `; ${others.join(', ')} of the same namespace count${others.length === 1 ? 's' : ''} too` : ''}. Waiting does not help.`,
          subject: quota,
          evidence: [...evidence, ...known.map(({ id }) => id)],
          weight: weightOf(scene, namespace, workload),
        },
      ];
    }),
};

/** A quota on a resource refuses every pod that does not say how much of it it wants. */
export const quotaUnsaid: Rule = {
  code: 'quota-needs-amounts',
  cause: 'quota',
  find: (scene) =>
    refusals(scene).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      const [, quota, what] =
        /failed quota: ([\w.-]{1,253}): must specify ([\w.,: -]{1,300})/.exec(text) ?? [];
      if (quota === undefined) return [];
      return [
        {
          title: `The quota ${quota} of ${namespace} refuses pods that do not say ${what?.trim()} (${workload}).`,
          remedy: 'Write these requests and limits into every container, or have a LimitRange give defaults.',
          subject: `${quota} ${workload}`,
          evidence,
          weight: weightOf(scene, namespace, workload),
        },
      ];
    }),
};

/** The words of the LimitRanger (plugin/pkg/admission/limitranger), and of validation. */
const OUT_OF_RANGE =
  /(?<bound>maximum|minimum) (?<resource>\S{1,60}) usage per (?<per>Container|Pod) is (?<limit>[^\s,]{1,30}?), but (?:limit|request) is (?<asked>[^\s.,]{1,30})|(?<ratio>\S{1,60}) max limit to request ratio per (?:Container|Pod) is (?<most>[^\s,]{1,30})|must be less than or equal to (?<request>cpu|memory) limit/i;

/** One container is outside the range that the namespace allows. */
export const limitRangeViolated: Rule = {
  code: 'limit-range-violated',
  cause: 'quota',
  find: (scene) =>
    refusals(scene).flatMap(({ text, namespace, workload, evidence }): Match[] => {
      const groups = OUT_OF_RANGE.exec(text)?.groups;
      if (groups === undefined) return [];
      const { bound, resource, per, limit, asked, ratio, most, request } = groups;
      const ranges = factsOf(scene, 'limit-range').filter((each) => each.namespace === namespace);
      const what =
        bound !== undefined
          ? `${bound} of ${resource} for each ${per} is ${limit}, and ${asked} is asked for`
          : ratio !== undefined
            ? `the limit of ${ratio} may be at most ${most} times its request`
            : `the request of ${request} is larger than its limit (a LimitRange's default may have given that limit)`;
      return [
        {
          title: `Out of the range that ${ranges.map(({ name }) => `LimitRange ${name}`).join(', ') || namespace} allows: ${what} (${workload}).`,
          remedy:
            'Bring requests and limits into that range, both written down; or have the LimitRange changed.',
          subject: `${namespace} ${resource ?? ratio ?? request}`,
          evidence: [...evidence, ...ranges.map(({ id }) => id)],
          weight: weightOf(scene, namespace, workload),
        },
      ];
    }),
};

/** A CPU limit that holds back: measured, in at least a quarter of the periods. */
export const cpuThrottled: Rule = {
  code: 'cpu-throttled',
  cause: 'resources',
  find: (scene) =>
    factsOf(scene, 'usage').flatMap(({ id, workload, container, periods = 0, throttled = 0 }): Match[] => {
      if (periods < 100 || throttled / periods < 0.25) return [];
      return [
        {
          title: `Container ${container} of ${workload} is held back by its CPU limit in ${Math.round((100 * throttled) / periods)} % of the periods (${throttled} of ${periods}).`,
          remedy: 'Raise its CPU limit, within every quota, or take the limit away and keep the request.',
          subject: `${workload} ${container}`,
          evidence: [id],
          weight: 'inferred',
        },
      ];
    }),
};
