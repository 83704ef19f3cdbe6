import type { ScheduleMemory } from '../../model/reports/schedule-report.ts';
import type { ScheduledTask } from '../../model/runbook.ts';
import { readCalendar } from '../../schedule/calendar.ts';
import { nextRun } from '../../schedule/next-run.ts';
import type { World } from '../../world.ts';
import { cron } from './cron.ts';
import type { Scheduler } from './scheduler.ts';
import { systemd } from './systemd.ts';

/** A run may start this much later than its calendar says (random delay), and may take its time. */
const GRACE_MS = 15 * 60_000;

/** What can start schedules on this machine. */
export function schedulersHere(world: World): readonly Scheduler[] {
  return [systemd(world, { system: false }), systemd(world, { system: true }), cron(world)];
}

/** The first run after a time; undefined: never, or only the scheduler knows its zone. */
export function nextAfter(when: string, at: number): number | undefined {
  const read = readCalendar(when);
  return 'calendar' in read ? nextRun(read.calendar, at) : undefined;
}

/** Whether a run that should have followed the last one is missing. */
export function isOverdue({ when }: ScheduledTask, last: ScheduleMemory, now: number): boolean {
  const due = nextAfter(when, Date.parse(last.at) + GRACE_MS);
  return due !== undefined && due + GRACE_MS < now;
}

/** The same, for a task that is installed here. */
export async function isLate(
  world: World,
  key: string,
  task: ScheduledTask,
  last: ScheduleMemory,
): Promise<boolean> {
  if (!isOverdue(task, last, world.now())) return false;
  for (const scheduler of schedulersHere(world))
    if ((await scheduler.installed(key)).some((item) => scheduler.isFor(item, key, task))) return true;
  return false;
}
