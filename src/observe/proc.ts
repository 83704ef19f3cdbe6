import { type Machine, namesIn } from './machine.ts';

/** Every process id that this user can see, ascending. */
export function processIds(machine: Machine): number[] {
  const ids = namesIn(machine, '/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return ids.sort((a, b) => a - b);
}

/** Whether /proc shows other users' processes (mount option `hidepid`, proc(5)). */
export function seesEveryProcess(machine: Machine): boolean {
  return machine.list('/proc/1').kind === 'read';
}
