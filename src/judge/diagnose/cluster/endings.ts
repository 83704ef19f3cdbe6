import { pluralize } from '../../../base/pluralize.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { logOf, type Run, runs, subjectOf, weightOfRun, who } from './objects.ts';

/** The kernel ended it for want of memory: the only thing that speaks for a larger limit. */
export const containerOomKilled: Rule = {
  code: 'container-oom-killed',
  cause: 'resources',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { pod, container, end } = run;
      if (end?.reason !== 'OOMKilled') return [];
      const limit = container.limits.memory;
      const origin =
        limit === undefined
          ? ''
          : `, at its limit of ${limit}${container.defaulted.includes('memory') ? ' (which no manifest gave: a LimitRange of the namespace did)' : ''}`;
      return [
        {
          title: `${who(run)} was killed for want of memory${origin}${afterSeconds(end.seconds)}.`,
          remedy: container.defaulted.includes('memory')
            ? 'Write a memory limit of its own into the manifest, measured, and within every quota; or make it need less.'
            : 'Raise its memory limit, within every quota, or make it need less (heap flags, caches).',
          subject: subjectOf(run),
          evidence: [pod.id],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

function afterSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '' : `, after ${Math.round(seconds)} s`;
}

/** Exit code 0, again and again, and not a word: what is to stay in the foreground does not. */
export const containerEndsSilently: Rule = {
  code: 'container-ends-silently',
  cause: 'binary',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { container, end, pod } = run;
      if (end?.exitCode !== 0 || container.init || container.restarts === 0) return [];
      const log = logOf(scene, run);
      const silent = log?.bytes === 0;
      // With words in its log it may be a job under the wrong kind of workload; that is the same trouble, said later.
      return [
        {
          title: `${who(run)} ends by itself with code 0${afterSeconds(end.seconds)}${silent ? ' and prints nothing' : ''}, and is started again (${pluralize(container.restarts, 'restart')}): its entry point has nothing that stays in the foreground.`,
          remedy: `Look at what the entry point of ${container.image} starts (its build file, or a look into the image): a script whose last line sends its program to the background, an empty command, a shell without input. What ends on purpose belongs into a Job.`,
          subject: subjectOf(run),
          evidence: [pod.id, ...(log === undefined ? [] : [log.id])],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

/** Who sent the signal: kubelet says so in an event of reason Killing, or nobody did. */
export const containerKilled: Rule = {
  code: 'container-killed',
  cause: 'other',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { end, events, pod } = run;
      const code = end?.exitCode;
      if ((code !== 137 && code !== 143) || end?.reason === 'OOMKilled') return [];
      const killing = events.find(({ reason }) => reason === 'Killing');
      return [
        {
          title: `${who(run)} was ended by ${code === 137 ? 'SIGKILL' : 'SIGTERM'} (code ${code}), not for want of memory${killing === undefined ? '; no event says by whom' : `: ${killing.message}`}.`,
          remedy:
            killing === undefined
              ? 'Look for who ends it: a supervisor in the container, a drain of the node, a time limit. More memory does not help.'
              : 'Mend what kubelet found fault with (see its probes). More memory does not help.',
          subject: subjectOf(run),
          evidence: [...(killing === undefined ? [] : [killing.id]), pod.id],
          weight: 'consequence',
        },
      ];
    }),
};

const CRASHES: Readonly<Record<number, string>> = {
  132: 'SIGILL: an instruction that this CPU does not have',
  134: 'SIGABRT: it gave itself up',
  139: 'SIGSEGV: a bad memory access',
};

/** Signals by which a program ends itself. */
export const containerCrashed: Rule = {
  code: 'container-crashed',
  cause: 'other',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const how = CRASHES[run.end?.exitCode ?? 0];
      if (how === undefined) return [];
      return [
        {
          title: `${who(run)} crashed by ${how} (code ${run.end?.exitCode}).`,
          remedy:
            'Check that the image is for this CPU (and level, such as x86-64-v3) and its libraries fit together (musl or glibc); report the crash.',
          subject: subjectOf(run),
          evidence: [pod(run), ...logs(scene, run)],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

/** Any other end: its own last line says why. */
export const containerExits: Rule = {
  code: 'container-exits',
  cause: 'other',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { end } = run;
      const code = end?.exitCode ?? 0;
      if (code === 0 || end?.reason === 'OOMKilled' || TOLD_ELSEWHERE.has(code)) return [];
      const line = logOf(scene, run)?.lines.findLast((each) => each.trim() !== '');
      return [
        {
          title: `${who(run)} ends with code ${code}${afterSeconds(end?.seconds)}${line === undefined ? '' : `; its last line: ${line.trim().slice(0, 200)}`}.`,
          remedy: `Read its log: kubectl -n ${run.pod.namespace} logs ${run.pod.name} -c ${run.container.name}${run.container.restarts > 0 ? ' --previous' : ''}.`,
          subject: subjectOf(run),
          evidence: [pod(run), ...logs(scene, run)],
          weight: 'consequence',
        },
      ];
    }),
};

const TOLD_ELSEWHERE: ReadonlySet<number> = new Set([126, 127, 128, 132, 134, 137, 139, 143]);

function pod(run: Run): string {
  return run.pod.id;
}

function logs(scene: FailureContext, run: Run): string[] {
  const log = logOf(scene, run);
  return log === undefined ? [] : [log.id];
}
