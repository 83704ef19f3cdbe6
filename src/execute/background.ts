import { closeSync, constants, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BackgroundProcess } from '../model/box.ts';
import { anyRuns, endGroups } from './end-groups.ts';
import type { LaunchedFence } from './launch.ts';
import { launchProcess } from './launch-process.ts';
import { type ProcessRow, processRow, processTable } from './process-table.ts';

/**
 * Starts a fence in its own session, writes its output to a new log (mode 0600), and resolves once its text runs.
 * @throws an error whose message says why the fence could not start
 */
export async function startBackground(
  fence: LaunchedFence,
  log: string,
  { baseline, folder }: { readonly baseline: Readonly<Record<string, string>>; readonly folder: string },
): Promise<BackgroundProcess> {
  const output = openLog(log);
  try {
    const { child, started } = launchProcess(fence, { env: baseline, cwd: folder, detached: true, output });
    const reason = await started;
    if (reason !== undefined || child.pid === undefined) throw new Error(reason ?? 'it could not be started');
    child.unref();
    child.stdin?.destroy();
    child.stdout?.destroy();
    return { pid: child.pid, start: startOf(processRow(child.pid)), log };
  } finally {
    closeSync(output);
  }
}

/**
 * Creates the log. Refuses symbolic links: a project from someone else could use one to choose the file that is
 * overwritten.
 */
function openLog(log: string): number {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
  if (log === '/dev/null') return openSync(log, 'w');
  const folders = [dirname(dirname(log)), dirname(log)];
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  for (const path of [...folders, log])
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error(`its log must not be a symbolic link, and ${path} is one; remove it`);
  return openSync(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
}

/**
 * Whether the process, or any process left in its group, still runs. The kernel does not reuse the number of a living
 * group, so whatever is in the group was started by our process.
 */
export function isAlive({ pid, start }: BackgroundProcess): boolean {
  const row = processRow(pid);
  if (row && startOf(row) !== start) return false;
  return (row !== undefined && !row.zombie) || anyRuns([pid]);
}

/**
 * Ends every process group of the session: SIGTERM, then SIGKILL after a grace period. Resolves when none of them runs.
 */
export async function stopBackground(background: BackgroundProcess): Promise<void> {
  if (!isAlive(background)) return;
  const ofSession = processTable().filter((row) => row.session === background.pid && !row.zombie);
  await endGroups([...new Set([background.pid, ...ofSession.map((row) => row.group)])]);
}

/** On Linux a start time counts from boot, so it is prefixed with the boot id. On other systems it is a date. */
function startOf(row: ProcessRow | undefined): string {
  return row === undefined ? '' : `${bootId()}${row.start}`;
}

function bootId(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:`;
  } catch {
    return '';
  }
}
