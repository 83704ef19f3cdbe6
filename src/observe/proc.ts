import { readdirSync, readFileSync } from 'node:fs';

/** What a look into /proc gave. A process that ended meanwhile is `gone`, which is not the same as `denied`. */
export type ProcRead<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'gone' }
  | { readonly kind: 'denied' };

/** Whether this box has Linux's /proc; elsewhere its programs (ps, lsof) are asked. */
export const HAS_PROC = process.platform === 'linux';

/**
 * Calls a reader of something below /proc. Synchronous on purpose: the kernel answers from memory, and a thousand
 * files read through the thread pool cost several times more than read in line.
 */
export function fromProc<T>(read: () => T): ProcRead<T> {
  try {
    return { kind: 'read', value: read() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { kind: code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone' };
  }
}

/** The text of a file below /proc; undefined where it is gone or denied. */
export function procText(path: string): string | undefined {
  const answer = fromProc(() => readFileSync(path, 'utf8'));
  return answer.kind === 'read' ? answer.value : undefined;
}

/** Every process id that this user may see, ascending. */
export function processIds(): number[] {
  const names = fromProc(() => readdirSync('/proc'));
  if (names.kind !== 'read') return [];
  return names.value
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Whether /proc shows other users' processes (mount option `hidepid`, proc(5)). */
export function seesEveryProcess(): boolean {
  return fromProc(() => readdirSync('/proc/1')).kind === 'read';
}
