import { spawn } from 'node:child_process';
import { processTable } from './process-table.ts';

/** How long a process group has between SIGTERM and SIGKILL. */
export const GRACE_MS = 5_000;

/** What SIGKILL does not end within this (a process in the kernel's hands) is not waited for. */
const KILLED_MS = 1_000;

const ASK_EVERY_MS = 20;

/**
 * Ends process groups: SIGTERM, and SIGKILL for what is left after the grace. Resolves when nothing of them runs.
 * No event tells of the end of a process that is not our child, so they are asked for, up to the deadline.
 */
export async function endGroups(groups: readonly number[], graceMs = GRACE_MS): Promise<void> {
  if (groups.length === 0 || (await signalUntilGone(groups, 'SIGTERM', graceMs))) return;
  await signalUntilGone(groups, 'SIGKILL', KILLED_MS);
}

/** Whether anything of these process groups runs. A zombie does not, and may stay long where init is slow to reap. */
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
    const asking = setInterval(() => {
      const gone = !anyRuns(groups);
      if (!gone && performance.now() < deadline) return;
      clearInterval(asking);
      resolve(gone);
    }, ASK_EVERY_MS);
  });
}

function exists(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What runs as another user through sudo may be signalled only through sudo. */
function send(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return;
    spawn('sudo', ['-n', 'kill', `-${signal.slice(3)}`, '--', `-${group}`], { stdio: 'ignore' }).on(
      'error',
      () => {},
    );
  }
}
