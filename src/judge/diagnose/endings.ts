import type { FailureContext } from './failure-context.ts';
import { type Rule, textRule } from './rule.ts';
import type { Weight } from './weight.ts';

/** The kernel killed it for lack of memory and logged that. */
export const oomKilled: Rule = {
  code: 'oom-killed',
  cause: 'resources',
  find: (context) => [...oomReported(context), ...oomCounted(context)],
};

function oomReported(context: FailureContext) {
  const patterns = [
    /Out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<name>[^)]{1,60})\)/,
    /Memory cgroup out of memory: Kill(?:ed)? process (?<pid>\d+) \((?<name>[^)]{1,60})\)/,
    /oom-kill:constraint.{0,300}task=(?<name>[^,]{1,60})|\bOOMKilled\b|killed by the OOM killer|result 'oom-kill'/,
  ];
  return context
    .search(patterns)
    .map(({ groups: { name }, evidence, weight }) => oomReport(name, [evidence], weight));
}

/** SIGKILL while the OOM kill counter increased (/proc/vmstat, memory.events). */
function oomCounted(context: FailureContext) {
  if (context.exit !== 137) return [];
  const [after, before] = [context.facts.memory?.[0], context.input.before?.facts.memory?.[0]];
  if (after?.oomKills === undefined || before?.oomKills === undefined) return [];
  return after.oomKills > before.oomKills
    ? [oomReport(undefined, [context.exitEvidence, after.id, before.id], 'direct')]
    : [];
}

function oomReport(name: string | undefined, evidence: readonly string[], weight: Weight) {
  return {
    title: `The kernel killed ${name ?? 'the process'} because memory ran out (an OOM kill is recorded).`,
    remedy: 'Add memory, or reduce its use. Check its own limit, the cgroup and swap.',
    subject: name ?? 'memory',
    evidence,
    weight,
  };
}

/** The program itself reports that memory ran out. */
export const outOfMemory: Rule = textRule({
  code: 'out-of-memory',
  cause: 'resources',
  patterns: [
    /JavaScript heap out of memory|java\.lang\.OutOfMemoryError|\bMemoryError\b|Cannot allocate memory|ENOMEM|out of memory|std::bad_alloc|memory allocation of \d+ bytes failed|virtual memory exhausted|insufficient memory for the Java Runtime/i,
  ],
  describe: ({ line }, { facts }) => {
    const memory = facts.memory?.[0];
    const heap = /heap|OutOfMemoryError/.test(line);
    return {
      title: `${heap ? 'The runtime ran out of memory within its heap limit' : 'Memory ran out'}${memory === undefined ? '' : ` (${Math.round(memory.availableBytes / 2 ** 20)} MiB were free on the box afterwards)`}.`,
      remedy: heap
        ? 'Raise the heap limit (--max-old-space-size, -Xmx) within the memory of the box, or find what uses it.'
        : 'Free memory, add swap, or reduce memory use.',
      subject: 'memory',
      evidence: memory === undefined ? [] : [memory.id],
    };
  },
});

/** SIGKILL without a recorded OOM kill. */
export const killed: Rule = {
  code: 'killed',
  cause: 'other',
  find: (context) => {
    if (context.exit !== 137) return [];
    const memory = context.facts.memory?.[0];
    const none = memory?.oomKills === 0;
    return [
      {
        title: `Exit code 137: a process was killed by SIGKILL${none ? ', and the kernel recorded no OOM kill' : ', by a person, a supervisor, a time limit or the kernel for lack of memory'}.`,
        remedy: none
          ? 'Find out what sent it: a supervisor, a time limit (timeout -k) or a stop of the container. More memory does not help.'
          : 'Check dmesg for "Out of memory" before you raise a limit. Otherwise find out what sent the signal.',
        evidence: [context.exitEvidence, ...(none ? [memory.id] : [])],
        weight: 'direct',
      },
    ];
  },
};

/** Exit codes 128+n (POSIX sh 2.8.2; signal numbers from signal(7) on Linux). 137 and 141 have their own rules. */
const SIGNALS: Readonly<
  Record<number, readonly [code: string, name: string, means: string, remedy: string]>
> = {
  129: [
    'terminated',
    'SIGHUP',
    'its terminal or session ended',
    'Start it as a background step or as a service.',
  ],
  130: ['terminated', 'SIGINT', 'it was interrupted', 'Run it again.'],
  131: ['crashed', 'SIGQUIT', 'it was asked to quit with a core dump', 'Find out who sent the signal.'],
  132: [
    'crashed',
    'SIGILL',
    'it used an instruction that this CPU does not support, or a built-in trap',
    'Use a build for this CPU (older x86-64 level), or report the crash.',
  ],
  133: ['crashed', 'SIGTRAP', 'it hit a trap', 'Read its last lines; report the crash.'],
  134: [
    'crashed',
    'SIGABRT',
    'it aborted after an error that it could not handle',
    'Read its last lines for the reason.',
  ],
  135: [
    'crashed',
    'SIGBUS',
    'it accessed memory without a backing file (a full disk or /dev/shm, a truncated file)',
    'Check the free space in /dev/shm and on the disk.',
  ],
  136: ['crashed', 'SIGFPE', 'it divided by zero', 'Report the crash.'],
  139: [
    'crashed',
    'SIGSEGV',
    'it accessed invalid memory',
    'Check that the program and its libraries match (versions, musl or glibc, architecture). Report the crash.',
  ],
  143: [
    'terminated',
    'SIGTERM',
    'it was asked to stop',
    'Find out who sent the signal: a supervisor, a time limit, a stop of the container.',
  ],
  152: ['terminated', 'SIGXCPU', 'it used up its CPU time limit', 'Check ulimit -t.'],
  153: ['terminated', 'SIGXFSZ', 'a file exceeded the file size limit', 'Check ulimit -f.'],
  159: [
    'crashed',
    'SIGSYS',
    'it made a system call that a filter forbids (seccomp)',
    'Check the seccomp profile of the container.',
  ],
};

/** Decodes exit codes 128+n, one rule per code. */
export const signalled: readonly Rule[] = ['crashed', 'terminated'].map((code) => ({
  code,
  cause: 'other',
  find: (context) => {
    const [of, name, means, remedy] = SIGNALS[context.exit ?? 0] ?? [];
    if (of !== code) return [];
    return [
      {
        title: `Exit code ${context.exit}: a process was ended by ${name}: ${means}.`,
        remedy: remedy ?? '',
        subject: name ?? '',
        evidence: [context.exitEvidence],
        weight: 'consequence',
      },
    ];
  },
}));

/** `set -o pipefail` with a reader such as head that exits early. */
export const brokenPipe: Rule = {
  code: 'broken-pipe',
  cause: 'config',
  find: (context) =>
    context.exit === 141
      ? [
          {
            title:
              'Exit code 141: a program wrote into a pipe after its reader had exited (SIGPIPE), such as `… | head -1`. pipefail turns that into a failure.',
            remedy:
              'Let the reader read everything (`sed -n 1p`, `awk NR==1`), or write `{ …; } || test $? = 141`.',
            evidence: [context.exitEvidence],
            weight: 'direct',
          },
        ]
      : [],
};

/** The step was stopped by its own time limit. */
export const timedOut: Rule = {
  code: 'timed-out',
  cause: 'timing',
  find: (context) => {
    const { end, step } = context.input;
    const byTool = context.exit === 124 && /\btimeout\b/.test(step?.text ?? '');
    if (end?.kind !== 'timeout' && !byTool) return [];
    const limit = end?.kind === 'timeout' ? ` after ${end.afterMs / 1000} s` : ' by timeout(1)';
    const last =
      context.input.output.trim() === '' ? 'It printed nothing.' : 'Its last lines show what it was doing.';
    return [
      {
        title: `The step was still running and was stopped${limit}.`,
        remedy: `${last} Find out what it waits for; a daemon that stays in the foreground belongs in a background step.`,
        evidence: [context.exitEvidence],
        weight: 'consequence',
      },
    ];
  },
};

/** The interpreter could not be started. */
export const unstartable: Rule = {
  code: 'unstartable',
  cause: 'binary',
  find: ({ input: { end, step }, exitEvidence }) =>
    end?.kind === 'unstartable'
      ? [
          {
            title: `The interpreter ${step?.interpreter?.[0] ?? 'of the step'} could not be started: ${end.reason}.`,
            remedy:
              'Install that interpreter, or use an installed one. Check the user and the folder that the step requests.',
            ...(step?.interpreter?.[0] !== undefined && { subject: step.interpreter[0] }),
            evidence: [exitEvidence],
            weight: 'direct',
          },
        ]
      : [],
};
