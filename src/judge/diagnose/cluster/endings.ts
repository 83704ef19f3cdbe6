import { pluralize } from '../../../base/pluralize.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import {
  type ContainerRun,
  containerRuns,
  containerTitle,
  logOf,
  subjectOf,
  weightOfRun,
} from './objects.ts';

/** The kernel killed the container for lack of memory. Only this finding justifies a larger limit. */
export const containerOomKilled: Rule = {
  code: 'container-oom-killed',
  cause: 'resources',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { pod, container, end } = run;
      if (end?.reason !== 'OOMKilled') return [];
      const limit = container.limits.memory;
      const origin =
        limit === undefined
          ? ''
          : `, at its limit of ${limit}${container.defaulted.includes('memory') ? ' (set by a LimitRange of the namespace, not by a manifest)' : ''}`;
      return [
        {
          title: `${containerTitle(run)} was killed for lack of memory${origin}${afterSeconds(end.seconds)}.`,
          remedy: container.defaulted.includes('memory')
            ? 'Set a measured memory limit in the manifest, within every quota, or reduce its memory use.'
            : 'Raise its memory limit, within every quota, or reduce its memory use (heap flags, caches).',
          subject: subjectOf(run),
          evidence: [pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

function afterSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '' : `, after ${Math.round(seconds)} s`;
}

/** Exit code 0 again and again without output: the main process does not stay in the foreground. */
export const containerEndsSilently: Rule = {
  code: 'container-ends-silently',
  cause: 'binary',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { container, end, pod } = run;
      if (end?.exitCode !== 0 || container.init || container.restarts === 0) return [];
      const log = logOf(context, run);
      const silent = log?.bytes === 0;
      // With output it may be a job under the wrong kind of workload: the same problem, but less certain.
      return [
        {
          title: `${containerTitle(run)} exits with code 0${afterSeconds(end.seconds)}${silent ? ', prints nothing' : ''} and is restarted (${pluralize(container.restarts, 'restart')}): its entry point does not stay in the foreground.`,
          remedy: `Check what the entry point of ${container.image} starts. Typical causes are a script that puts its program in the background, an empty command, and a shell without input.`,
          subject: subjectOf(run),
          evidence: [pod.id, ...(log === undefined ? [] : [log.id])],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** Who sent the signal: kubelet's event with the reason Killing says so, or it is unknown. */
export const containerKilled: Rule = {
  code: 'container-killed',
  cause: 'other',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { end, events, pod } = run;
      const code = end?.exitCode;
      if ((code !== 137 && code !== 143) || end?.reason === 'OOMKilled') return [];
      const killing = events.find(({ reason }) => reason === 'Killing');
      return [
        {
          title: `${containerTitle(run)} was stopped by ${code === 137 ? 'SIGKILL' : 'SIGTERM'} (code ${code}), not for lack of memory${killing === undefined ? '; no event says what sent it' : `: ${killing.message}`}.`,
          remedy:
            killing === undefined
              ? 'Find what stops it: a supervisor in the container, a drain of the node, a time limit. More memory does not help.'
              : 'Fix what kubelet reports (see its probes). More memory does not help.',
          subject: subjectOf(run),
          evidence: [...(killing === undefined ? [] : [killing.id]), pod.id],
          weight: 'consequence',
        },
      ];
    }),
};

const CRASHES: Readonly<Record<number, string>> = {
  132: 'SIGILL: an instruction that this CPU does not support',
  134: 'SIGABRT: it aborted itself',
  139: 'SIGSEGV: an invalid memory access',
};

/** Signals that mean that a program crashed. */
export const containerCrashed: Rule = {
  code: 'container-crashed',
  cause: 'other',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const how = CRASHES[run.end?.exitCode ?? 0];
      if (how === undefined) return [];
      return [
        {
          title: `${containerTitle(run)} crashed by ${how} (code ${run.end?.exitCode}).`,
          remedy:
            'Check that the image is built for this CPU (and level, such as x86-64-v3) and that its libraries match (musl or glibc). Report the crash.',
          subject: subjectOf(run),
          evidence: [pod(run), ...logs(context, run)],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** Any other end: the last line of its log says why. */
export const containerExits: Rule = {
  code: 'container-exits',
  cause: 'other',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { end } = run;
      const code = end?.exitCode ?? 0;
      if (code === 0 || end?.reason === 'OOMKilled' || HANDLED_BY_OTHER_RULES.has(code)) return [];
      if (lostByNode(run)) return [];
      const line = logOf(context, run)?.lines.findLast((each) => each.trim() !== '');
      return [
        {
          title: `${containerTitle(run)} exits with code ${code}${afterSeconds(end?.seconds)}${line === undefined ? '' : `; its last line: ${line.trim().slice(0, 200)}`}.`,
          remedy: `Read its log: kubectl -n ${run.pod.namespace} logs ${run.pod.name} -c ${run.container.name}${run.container.restarts > 0 ? ' --previous' : ''}.`,
          subject: subjectOf(run),
          evidence: [pod(run), ...logs(context, run)],
          weight: 'consequence',
        },
      ];
    }),
};

/**
 * kubelet writes reason Unknown and code 255 for a container that it finds gone after its node or containerd restarted:
 * the program did not exit on its own (kubernetes/pkg/kubelet/kuberuntime/kuberuntime_container.go, containerd's status).
 */
function lostByNode({ end }: ContainerRun): boolean {
  return end?.exitCode === 255 && end.reason === 'Unknown';
}

const HANDLED_BY_OTHER_RULES: ReadonlySet<number> = new Set([126, 127, 128, 132, 134, 137, 139, 143]);

function pod(run: ContainerRun): string {
  return run.pod.id;
}

function logs(context: FailureContext, run: ContainerRun): string[] {
  const log = logOf(context, run);
  return log === undefined ? [] : [log.id];
}
