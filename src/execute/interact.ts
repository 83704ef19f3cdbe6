import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { EXIT, runbookError } from '../model/diagnostic.ts';
import type { ShellRequest } from '../model/shell.ts';
import { type Deadline, watchDeadline } from './deadline.ts';
import { GRACE_MS } from './end-groups.ts';
import type { LaunchedFence } from './launch.ts';
import { launchProcess } from './launch-process.ts';
import { processTable } from './process-table.ts';
import type { FrameEnd } from './shell/shell-process.ts';

/** How a fence on the terminal ended. */
export type InteractEnd = FrameEnd | Deadline | { readonly kind: 'unstartable'; readonly reason: string };

/**
 * Runs a fence on the terminal, in this process's own group. The fence reads the person's input and receives Ctrl-C,
 * which this process ignores meanwhile.
 * @throws RunbookError `no-terminal`
 */
export async function interact(
  fence: LaunchedFence,
  request: Pick<ShellRequest, 'timeoutMs' | 'signal'>,
  { baseline, folder }: { readonly baseline: Readonly<Record<string, string>>; readonly folder: string },
): Promise<InteractEnd> {
  requireTerminal();
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const { child, started, allRecords } = launchProcess(fence, {
    env: baseline,
    cwd: folder,
    detached: false,
    output: 'inherit',
  });
  let stoppedBy: Deadline | undefined;
  let killing: NodeJS.Timeout | undefined;
  const unwatch = watchDeadline(request, (why) => {
    stoppedBy ??= why;
    signalTree(child.pid!, 'SIGTERM');
    killing ??= setTimeout(() => signalTree(child.pid!, 'SIGKILL'), GRACE_MS);
  });
  try {
    const status = await new Promise<number>((resolve) => {
      child.once('error', () => resolve(127));
      child.once('exit', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)));
    });
    const reason = await started;
    if (reason !== undefined) return { kind: 'unstartable', reason };
    return stoppedBy ?? { kind: 'ended', status, records: await allRecords() };
  } finally {
    unwatch();
    clearTimeout(killing);
    child.stdout?.destroy();
    process.off('SIGINT', ignore);
  }
}

/** @throws RunbookError `no-terminal` */
export function requireTerminal(): void {
  try {
    closeSync(openSync('/dev/tty', 'r+'));
  } catch (error) {
    const message = 'This fence needs a terminal, and none is attached.';
    const remedy = 'Run the same command in a terminal.';
    const cause = (error as Error).message;
    throw runbookError({ code: 'no-terminal', message, remedy, cause }, EXIT.person);
  }
}

/** Signals the process tree rather than its process group, because the group is this process's own. */
function signalTree(root: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  const table = processTable();
  const tree = new Set([root]);
  for (const pid of tree) {
    for (const row of table) if (row.parent === pid) tree.add(row.pid);
  }
  for (const pid of tree) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended already, or belongs to another user and ends with its parent.
    }
  }
}
