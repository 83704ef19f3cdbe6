import { readdirSync } from 'node:fs';
import { tryRead } from './try-read.ts';

/** Whether this box has Linux's /proc; elsewhere its programs (ps, lsof) are asked. */
export const HAS_PROC = process.platform === 'linux';

/** Every process id that this user may see, ascending. */
export function processIds(): number[] {
  const names = tryRead(() => readdirSync('/proc'));
  if (names.kind !== 'read') return [];
  const ids = names.value.filter((name) => /^\d+$/.test(name)).map(Number);
  return ids.sort((a, b) => a - b);
}

/** Whether /proc shows other users' processes (mount option `hidepid`, proc(5)). */
export function seesEveryProcess(): boolean {
  return tryRead(() => readdirSync('/proc/1')).kind === 'read';
}
