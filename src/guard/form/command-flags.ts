import { amountOf, resourceOf, type WaitRole, waitedByTries, waitRole, waitValue } from './knobs.ts';
import { repeated, resolve, type ScriptState } from './reading.ts';

/** Removes wait and size options from one command's arguments and records their values. */
export interface FlagTaker {
  /** The number of words of the option at `text`; 0 if it is not such an option. */
  take(text: string, next: string | undefined): 0 | 1 | 2;
  /** Call it after the last argument, with the remaining arguments. */
  end(kept: readonly string[]): void;
}

/** Short wait options by program, with the equivalent long option. */
const SHORT: Readonly<Record<string, Readonly<Record<string, readonly [role: WaitRole, long: string]>>>> = {
  curl: { '-m': ['deadline', '--max-time'] },
  wget: { '-T': ['deadline', '--timeout'], '-t': ['count', '--tries'], '-w': ['interval', '--wait'] },
  nc: { '-w': ['deadline', '-w'] },
  ncat: { '-w': ['deadline', '--wait'] },
  ping: { '-W': ['deadline', '-W'], '-w': ['deadline', '-w'], '-c': ['count', '-c'] },
  pg_isready: { '-t': ['deadline', '--timeout'] },
  'wait-for-it': { '-t': ['deadline', '--timeout'] },
  'wait-for-it.sh': { '-t': ['deadline', '--timeout'] },
  inotifywait: { '-t': ['deadline', '--timeout'] },
  flock: { '-w': ['deadline', '--timeout'] },
  docker: { '-t': ['deadline', '--time'] },
  watch: { '-n': ['interval', '--interval'] },
};

/** Options without a value that only affect retries. */
const TRY_SWITCHES = new Set(['--retry-connrefused', '--retry-all-errors']);

/** Default timeouts of programs: kubectl-wait(1), helm-upgrade(1). */
const DEFAULT_LIMITS: readonly (readonly [program: string, verb: RegExp, ms: number])[] = [
  ['kubectl', /^wait$/, 30_000],
  ['helm', /^(?:install|upgrade|rollback|uninstall|test)$/, 300_000],
];

/** For a command of the program that runs `times` times. */
export function flagTaker(program: string, reading: ScriptState, times: number): FlagTaker {
  const tries: { count?: number; interval?: number } = {};
  const limits: string[] = [];

  function noteWait(role: WaitRole, flag: string, text: string): boolean {
    const value = waitValue(role, flag, resolve(text, reading));
    if (value === undefined) return false;
    if (role === 'count' || role === 'interval') {
      tries[role] = value;
      return true;
    }
    const slot = `${program} ${flag}`;
    // As in kubectl, helm and curl: 0 means no limit.
    const ms = role === 'deadline' && value === 0 ? Number.POSITIVE_INFINITY : repeated(value, times);
    reading.waits.push({ kind: role, slot, ms, where: 'shell' });
    if (role === 'deadline') limits.push(flag);
    return true;
  }

  function noteSize(flag: string, text: string, slot = flag): boolean {
    const isShort = flag === '-m' && /^(?:docker|podman|nerdctl)$/.test(program);
    const resource = resourceOf(flag) ?? (isShort ? 'memory' : undefined);
    const amount = resource && amountOf(resource, resolve(text, reading));
    if (!resource || amount === undefined) return false;
    reading.sizes.push({ resource, slot: `${slot} ${resource}`, amount, isLimit: !/request/.test(slot) });
    return true;
  }

  /** `-Xmx2g`. */
  function noteHeap(text: string): boolean {
    const heap = /^-Xm[xs](\d+[kmgKMG]?)$/.exec(text)?.[1];
    return heap !== undefined && noteSize('memory', heap, text.slice(0, 4));
  }

  /** `--timeout=60s`, `ConnectTimeout=5`, `server.resources.limits.memory=1Gi`, `--limits=cpu=1,memory=1Gi`. */
  function notePair(key: string, value: string): boolean {
    const last = key.split(/[.:]/).at(-1)!;
    const role = waitRole(last);
    if (role && noteWait(role, last, value)) return true;
    const parts = value.split(',').map((each) => each.split('='));
    if (parts.every((each) => each.length === 2)) {
      return parts.map(([name, amount]) => noteSize(name!, amount!, key)).every(Boolean);
    }
    return noteSize(last, value, key);
  }

  return {
    take(text, next) {
      if (TRY_SWITCHES.has(text)) return 1;
      const short = SHORT[program]?.[text];
      if (short && next !== undefined && noteWait(short[0], short[1], next)) return 2;
      const [, key, value] = /^((?:--?)?[\w.:[\]"-]+)=(.+)$/s.exec(text) ?? [];
      if (key !== undefined && value !== undefined) return notePair(key, value) ? 1 : 0;
      if (noteHeap(text)) return 1;
      if (!/^--?\w/.test(text) || next === undefined) return 0;
      const role = waitRole(text);
      return (role && noteWait(role, text, next)) || noteSize(text, next) ? 2 : 0;
    },

    end(kept) {
      if (tries.count !== undefined || tries.interval !== undefined) {
        const ms = repeated(waitedByTries(tries.count, tries.interval), times);
        reading.waits.push({ kind: 'delay', slot: `${program} tries`, ms, where: 'shell' });
      }
      const fallback = DEFAULT_LIMITS.find(
        ([name, verb]) => name === program && kept.some((each) => verb.test(each)),
      );
      if (!fallback || limits.includes('--timeout')) return;
      reading.waits.push({ kind: 'deadline', slot: `${program} --timeout`, ms: fallback[2], where: 'shell' });
    },
  };
}
