import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How long a process group has between SIGTERM and SIGKILL. */
export const GRACE_MS = 5_000;

/** After SIGKILL only zombies are left that nobody reaps; they do nothing, so waiting for them ends. */
const UNREAPED_MS = 1_000;

const ASK_EVERY_MS = 10;

/**
 * Ends process groups: SIGTERM, and SIGKILL for what is left after the grace. Resolves when none is left.
 * No event tells of the end of a process that is not our child, so they are asked for, up to a deadline.
 */
export async function endGroups(groups: readonly number[], graceMs = GRACE_MS): Promise<void> {
  if (await signalUntilGone(groups, 'SIGTERM', graceMs)) return;
  await signalUntilGone(groups, 'SIGKILL', UNREAPED_MS);
}

/** Whether any process of the group is left, a zombie too. */
export function groupExists(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signalUntilGone(
  groups: readonly number[],
  signal: 'SIGTERM' | 'SIGKILL',
  deadlineMs: number,
): Promise<boolean> {
  for (const group of groups) send(group, signal);
  const gone = () => !groups.some(groupExists);
  if (gone()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const deadline = performance.now() + deadlineMs;
    const asking = setInterval(() => {
      const done = gone();
      if (!done && performance.now() < deadline) return;
      clearInterval(asking);
      resolve(done);
    }, ASK_EVERY_MS);
  });
}

/** What runs as another user through sudo may be signalled only through sudo. */
function send(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return;
    spawn('sudo', ['-n', 'kill', `-${signal}`, '--', `-${group}`], { stdio: 'ignore' }).on('error', () => {});
  }
}

/** Process ids of the children that a process has now. Linux; elsewhere none can be told. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
