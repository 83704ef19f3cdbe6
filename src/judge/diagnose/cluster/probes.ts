import { pluralize } from '../../../base/pluralize.ts';
import type { ClusterFactOf } from '../../../model/cluster/cluster-facts.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import {
  type ClusterEvent,
  type ContainerRun,
  containerRuns,
  containerTitle,
  factsOf,
  subjectOf,
  weightOf,
  weightOfRun,
} from './objects.ts';

type Kind = ClusterFactOf<'probe-answer'>['probe'];
type Answer = ClusterFactOf<'probe-answer'>;

/** kubelet's messages `Liveness probe failed: …`, in events with the reason Unhealthy. */
function failedProbes({ events }: ContainerRun): { kind: Kind; event: ClusterEvent; text: string }[] {
  return events.flatMap((event) => {
    const match = /^(Liveness|Readiness|Startup) probe (?:failed|errored): ?([\s\S]*)/.exec(event.message);
    if (event.reason !== 'Unhealthy' || match === null) return [];
    return [{ kind: match[1]!.toLowerCase() as Kind, event, text: match[2] ?? '' }];
  });
}

/** The container whose probe an event is about, because events name only the pod. */
function probed(
  context: FailureContext,
): { run: ContainerRun; kind: Kind; event: ClusterEvent; text: string }[] {
  const seen = new Set<string>();
  return containerRuns(context).flatMap((run) =>
    failedProbes(run).flatMap((failed) => {
      const mine = run.container.probes.some(({ probe }) => probe === failed.kind);
      const key = `${failed.event.id} ${failed.kind}`;
      if (!mine || seen.has(key)) return [];
      seen.add(key);
      return [{ run, ...failed }];
    }),
  );
}

function where({ container }: ContainerRun, kind: Kind): string {
  const spec = container.probes.find(({ probe }) => probe === kind);
  if (spec?.by !== 'http') return `${kind} probe${spec?.port === undefined ? '' : ` of port ${spec.port}`}`;
  return `${kind} probe GET ${spec.scheme}://…:${spec.port}${spec.path}`;
}

/** The probe's path requires a login: the container runs, but is restarted forever. */
export const probeUnauthorized: Rule = {
  code: 'probe-unauthorized',
  cause: 'config',
  find: (context) => [
    ...probed(context).flatMap(({ run, kind, event, text }): Match[] => {
      const status = /statuscode: (401|403|407)/.exec(text)?.[1];
      if (status === undefined) return [];
      const killing = run.events.find(({ reason }) => reason === 'Killing');
      const loop =
        kind === 'liveness'
          ? `, so it is restarted again and again (${pluralize(run.container.restarts, 'restart')})`
          : ', so it never receives traffic';
      return [
        {
          title: `The ${where(run, kind)} of ${containerTitle(run)} gets status ${status}, because the path requires a login${loop}.`,
          remedy: LOGIN_REMEDY,
          subject: `${subjectOf(run)} ${kind}`,
          evidence: [event.id, ...(killing === undefined ? [] : [killing.id]), run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
    ...factsOf(context, 'probe-answer')
      .filter(({ status, scheme, declared }) => scheme === declared && /^40[137]$/.test(String(status)))
      .map(
        (answer): Match => ({
          title: `The ${answer.probe} probe of container ${answer.container} of ${answer.workload} requests ${answer.path}, which answers ${answer.status} without credentials.`,
          remedy: LOGIN_REMEDY,
          subject: `${answer.workload} ${answer.container} ${answer.probe}`,
          evidence: [answer.id],
          weight: weightOf(context, answer.namespace, answer.workload),
        }),
      ),
  ],
};

const LOGIN_REMEDY =
  'Probe a path that needs no login, or only the port (tcpSocket). Waiting and longer delays do not help.';

/** The probe uses HTTPS for an HTTP server, or the other way round. */
export const probeScheme: Rule = {
  code: 'probe-scheme',
  cause: 'config',
  find: (context) => [
    ...probed(context).flatMap(({ run, kind, event, text }): Match[] => {
      const scheme = run.container.probes.find(({ probe }) => probe === kind)?.scheme;
      const wanted = schemeSaid(text, scheme);
      if (wanted === undefined) return [];
      return [
        {
          title: `The ${where(run, kind)} of ${containerTitle(run)} uses ${other(wanted)}, but the server uses ${wanted}.`,
          remedy: schemeRemedy(kind, wanted),
          subject: `${subjectOf(run)} ${kind}`,
          evidence: [event.id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
    ...bothSchemes(context),
  ],
};

/** The messages of Go's http client and server for this mistake (net/http transport.go, server.go). */
function schemeSaid(text: string, declared: string | undefined): 'HTTP' | 'HTTPS' | undefined {
  if (
    /server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|wrong version number/.test(
      text,
    )
  ) {
    return 'HTTP';
  }
  if (/malformed HTTP response "\\x15\\x03|Client sent an HTTP request to an HTTPS server/.test(text))
    return 'HTTPS';
  return /statuscode: 400\b/.test(text) && declared === 'http' && /HTTPS/.test(text) ? 'HTTPS' : undefined;
}

function other(scheme: string): string {
  return scheme.toUpperCase() === 'HTTP' ? 'HTTPS' : 'HTTP';
}

function schemeRemedy(kind: Kind, wanted: string): string {
  return `Set scheme: ${wanted} in the ${kind}Probe's httpGet, or switch the server to ${other(wanted)}. The container's other probes need the same change.`;
}

/** Both schemes were tried, and the one that works is not the one that the probe declares. */
function bothSchemes(context: FailureContext): Match[] {
  const answers = factsOf(context, 'probe-answer');
  const works = ({ status = 0 }: Answer): boolean => status >= 200 && status < 400;
  return answers.filter(works).flatMap((answer): Match[] => {
    if (answer.scheme === answer.declared) return [];
    const declared = answers.find(
      (each) =>
        each.workload === answer.workload &&
        each.container === answer.container &&
        each.probe === answer.probe &&
        each.scheme === each.declared,
    );
    if (declared === undefined || works(declared)) return [];
    return [
      {
        title: `The ${answer.probe} probe of container ${answer.container} of ${answer.workload} uses ${answer.declared.toUpperCase()} (${declared.trouble ?? declared.status}), but the server uses ${answer.scheme.toUpperCase()} (${answer.status}).`,
        remedy: schemeRemedy(answer.probe, answer.scheme.toUpperCase()),
        subject: `${answer.workload} ${answer.container} ${answer.probe}`,
        evidence: [answer.id, declared.id],
        weight: weightOf(context, answer.namespace, answer.workload),
      },
    ];
  });
}

/** Any other failing probe, with kubelet's message and its consequence. */
export const probeFails: Rule = {
  code: 'probe-fails',
  cause: 'config',
  find: (context) =>
    probed(context).flatMap(({ run, kind, event, text }): Match[] => {
      // A container that exits is not probed any more: its end is the reason.
      const ended =
        run.waiting?.reason === 'CrashLoopBackOff' && !run.events.some(({ reason }) => reason === 'Killing');
      const status = /statuscode: (\d{3})/.exec(text)?.[1];
      return [
        {
          title: `The ${where(run, kind)} of ${containerTitle(run)} fails: ${text.trim().slice(0, 200)}.`,
          remedy:
            status === '404'
              ? 'Use a path that the server has.'
              : /connection refused/.test(text)
                ? 'Check that the server listens on that port, and on 0.0.0.0 instead of loopback. If it only starts slowly, add a startupProbe.'
                : 'Request the same path from inside the pod, and read the log of the container.',
          subject: `${subjectOf(run)} ${kind}`,
          evidence: [event.id, run.pod.id],
          weight: ended ? 'consequence' : kind === 'liveness' ? weightOfRun(context, run) : 'consequence',
        },
      ];
    }),
};
