import type { FailureContext } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';

/** The kernel killed it for want of memory, and says so. */
export const oomKilled: Rule = {
  code: 'oom-killed',
  cause: 'resources',
  find: (scene) => [...oomTold(scene), ...oomCounted(scene)],
};

function oomTold(scene: FailureContext) {
  const patterns = [
    /Out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<name>[^)]{1,60})\)/,
    /Memory cgroup out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<name>[^)]{1,60})\)/,
    /oom-kill:constraint.{0,300}task=(?<name>[^,]{1,60})|\bOOMKilled\b|killed by the OOM killer|result 'oom-kill'/,
  ];
  return scene
    .search(patterns)
    .map(({ groups: { name }, evidence, weight }) => tellOom(name, [evidence], weight));
}

/** SIGKILL, and the count of OOM kills grew meanwhile (/proc/vmstat, memory.events). */
function oomCounted(scene: FailureContext) {
  if (scene.exit !== 137) return [];
  const [after, before] = [scene.facts.memory?.[0], scene.input.before?.facts.memory?.[0]];
  if (after?.oomKills === undefined || before?.oomKills === undefined) return [];
  return after.oomKills > before.oomKills
    ? [tellOom(undefined, [scene.exitEvidence, after.id, before.id], 'told')]
    : [];
}

function tellOom(
  name: string | undefined,
  evidence: readonly string[],
  weight: 'told' | 'logged' | 'inferred' | 'consequence',
) {
  return {
    title: `The kernel killed ${name ?? 'the process'} because memory ran out (OOM kill on record).`,
    remedy: 'Give it more memory, or make it need less: look at its own limit, the cgroup and swap.',
    subject: name ?? 'memory',
    evidence,
    weight,
  };
}

/** It says itself that memory ran out. */
export const outOfMemory: Rule = textRule({
  code: 'out-of-memory',
  cause: 'resources',
  patterns: [
    /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|\bMemoryError\b|Cannot allocate memory|ENOMEM|out of memory|std::bad_alloc|memory allocation of \d+ bytes failed|virtual memory exhausted|insufficient memory for the Java Runtime/i,
  ],
  tell: ({ line }, { facts }) => {
    const memory = facts.memory?.[0];
    const heap = /heap|OutOfMemoryError/.test(line);
    return {
      title: `Memory ran out${heap ? ' in the heap that the runtime allows itself' : ''}${memory === undefined ? '' : ` (${Math.round(memory.availableBytes / 2 ** 20)} MiB were free on the box afterwards)`}.`,
      remedy: heap
        ? 'Raise the heap limit (--max-old-space-size, -Xmx) within what the box has, or find what grows.'
        : 'Free memory, add swap, or start with less.',
      subject: 'memory',
      evidence: memory === undefined ? [] : [memory.id],
    };
  },
});

/** SIGKILL with no OOM kill on record. */
export const killed: Rule = {
  code: 'killed',
  cause: 'other',
  find: (scene) => {
    if (scene.exit !== 137) return [];
    const memory = scene.facts.memory?.[0];
    const none = memory?.oomKills === 0;
    return [
      {
        title: `Exit code 137: a process was ended by SIGKILL${none ? '; the kernel has no OOM kill on record' : ', by a person, a supervisor, a time limit or the kernel for want of memory'}.`,
        remedy: none
          ? 'Find who sent it: a supervisor, a time limit (timeout -k), a stop of the container. More memory does not help.'
          : 'See dmesg for "Out of memory" before any limit is raised; else find who sent it.',
        evidence: [scene.exitEvidence, ...(none ? [memory.id] : [])],
        weight: 'told',
      },
    ];
  },
};

/** What 128+n says (POSIX sh 2.8.2; numbers by signal(7) on Linux). 137 and 141 have rules of their own. */
const SIGNALS: Readonly<
  Record<number, readonly [code: string, name: string, means: string, remedy: string]>
> = {
  129: [
    'terminated',
    'SIGHUP',
    'its terminal or session went away',
    'Start it in the background part of a step, or by a service.',
  ],
  130: ['terminated', 'SIGINT', 'it was interrupted', 'Run it again.'],
  131: ['crashed', 'SIGQUIT', 'it was told to quit with a core dump', 'Find who sent it.'],
  132: [
    'crashed',
    'SIGILL',
    'it used an instruction that this CPU does not have, or a trap for a broken promise',
    'Use a build for this CPU (older x86-64 level), or report the crash.',
  ],
  133: ['crashed', 'SIGTRAP', 'it hit a trap', 'Read its last lines; report the crash.'],
  134: [
    'crashed',
    'SIGABRT',
    'it ended itself after an error that it could not go on from',
    'Its last lines say why.',
  ],
  135: [
    'crashed',
    'SIGBUS',
    'it touched memory that has no file behind it (a full disk or /dev/shm, a truncated file)',
    'Check the space in /dev/shm and on the disk.',
  ],
  136: ['crashed', 'SIGFPE', 'it divided by zero', 'Report the crash.'],
  139: [
    'crashed',
    'SIGSEGV',
    'it crashed on a bad memory access',
    'Check that program and libraries fit together (versions, musl or glibc, machine); report the crash.',
  ],
  143: [
    'terminated',
    'SIGTERM',
    'somebody told it to stop',
    'Find who sent it: a supervisor, a time limit, a stop of the container.',
  ],
  152: ['terminated', 'SIGXCPU', 'its limit of CPU time was used up', 'Look at ulimit -t.'],
  153: ['terminated', 'SIGXFSZ', 'a file grew over the limit of file size', 'Look at ulimit -f.'],
  159: [
    'crashed',
    'SIGSYS',
    'it made a system call that a filter forbids (seccomp)',
    'Look at the seccomp profile of the container.',
  ],
};

/** Exit codes 128+n decoded, one rule for each code. */
export const signalled: readonly Rule[] = ['crashed', 'terminated'].map((code) => ({
  code,
  cause: 'other',
  find: (scene) => {
    const [of, name, means, remedy] = SIGNALS[scene.exit ?? 0] ?? [];
    if (of !== code) return [];
    return [
      {
        title: `Exit code ${scene.exit}: a process was ended by ${name}: ${means}.`,
        remedy: remedy ?? '',
        subject: name ?? '',
        evidence: [scene.exitEvidence],
        weight: 'consequence',
      },
    ];
  },
}));

/** `set -o pipefail` and a reader such as head that ended early. */
export const brokenPipe: Rule = {
  code: 'broken-pipe',
  cause: 'config',
  find: (scene) =>
    scene.exit === 141
      ? [
          {
            title:
              'Exit code 141: a program wrote into a pipe whose reader had ended (SIGPIPE), such as `… | head -1`; pipefail makes that a failure.',
            remedy:
              'Let the reader read to the end (`sed -n 1p`, `awk NR==1`), or write `{ …; } || test $? = 141`.',
            evidence: [scene.exitEvidence],
            weight: 'told',
          },
        ]
      : [],
};

/** The step was ended by its own time limit. */
export const timedOut: Rule = {
  code: 'timed-out',
  cause: 'timing',
  find: (scene) => {
    const { end, step } = scene.input;
    const byTool = scene.exit === 124 && /\btimeout\b/.test(step?.text ?? '');
    if (end?.kind !== 'timeout' && !byTool) return [];
    const limit = end?.kind === 'timeout' ? ` after ${end.afterMs / 1000} s` : ' by timeout(1)';
    const last =
      scene.input.output.trim() === '' ? 'It had said nothing.' : 'Its last lines tell what it was doing.';
    return [
      {
        title: `It was still running and was ended${limit}.`,
        remedy: `${last} Find what it waits for; a daemon that stays in the foreground belongs in a background step.`,
        evidence: [scene.exitEvidence],
        weight: 'consequence',
      },
    ];
  },
};

/** It could not even be started. */
export const unstartable: Rule = {
  code: 'unstartable',
  cause: 'binary',
  find: ({ input: { end, step }, exitEvidence }) =>
    end?.kind === 'unstartable'
      ? [
          {
            title: `The interpreter ${step?.interpreter?.[0] ?? 'of the step'} could not be started: ${end.reason}.`,
            remedy:
              'Install that interpreter, or name one that is there; check the user and the folder that the step asks for.',
            ...(step?.interpreter?.[0] !== undefined && { subject: step.interpreter[0] }),
            evidence: [exitEvidence],
            weight: 'told',
          },
        ]
      : [],
};
