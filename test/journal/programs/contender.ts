/**
 * Acquires the box's lock as often as possible, and logs it: `enter PID`, then `leave PID`, or `die PID` before it
 * kills itself with -9. If the lock works, the log never shows two holders at once.
 */
import { appendFileSync } from 'node:fs';
import { acquireLock } from '../../../src/journal/lock/lock.ts';

const { stateFolder, log, tries } = JSON.parse(process.argv[2] ?? '');
const note = (what: string) => appendFileSync(log, `${what} ${process.pid}\n`);

for (let count = 0; count < tries; count++) {
  const result = acquireLock({ stateFolder, command: 'contend', document: '/d', now: Date.now });
  if (result.kind === 'held') continue;
  note('enter');
  if (Math.random() < 0.2) {
    note('die');
    process.kill(process.pid, 'SIGKILL');
  }
  note('leave');
  result.release();
}
