import { runProgram } from '../program/run-program.ts';
import { processTable } from './process-table.ts';

/** Time between SIGTERM and SIGKILL. */
export const GRACE_MS = 5_000;

/** How long to wait after SIGKILL. A process in an uninterruptible kernel call can outlive it. */
const KILLED_MS = 1_000;

const POLL_EVERY_MS = 20;

/**
 * Ends process groups: SIGTERM, then SIGKILL after the grace period. Resolves when none of them runs.
 * Polls, because no event reports the end of a process that is not our child.
 */
export async function endGroups(groups: readonly number[], graceMs = GRACE_MS): Promise<void> {
  if (groups.length === 0 || (await signalUntilGone(groups, 'SIGTERM', graceMs))) return;
  await signalUntilGone(groups, 'SIGKILL', KILLED_MS);
}

/** Whether any process of these groups runs. Zombies do not count: init may be slow to reap them. */
export function anyRuns(groups: readonly number[]): boolean {
  return groups.some(exists) && processTable().some((row) => groups.includes(row.group) && !row.zombie);
}

function signalUntilGone(
  groups: readonly number[],
  signal: 'SIGTERM' | 'SIGKILL',
  deadlineMs: number,
): Promise<boolean> {
  for (const group of groups) send(group, signal);
  return new Promise((resolve) => {
    const deadline = performance.now() + deadlineMs;
    const polling = setInterval(() => {
      const gone = !anyRuns(groups);
      if (!gone && performance.now() < deadline) return;
      clearInterval(polling);
      resolve(gone);
    }, POLL_EVERY_MS);
  });
}

function exists(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process that sudo started as another user can only be signaled through sudo. */
function send(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return;
    void runProgram(['sudo', '-n', 'kill', `-${signal.slice(3)}`, '--', `-${group}`]);
  }
}
