import { closeSync, constants, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BackgroundProcess } from '../model/box.ts';
import { anyRuns, endGroups } from './end-groups.ts';
import type { LaunchedFence } from './launch.ts';
import { launch } from './launch-process.ts';
import { type ProcessRow, processRow, processTable } from './process-table.ts';

/**
 * Starts a fence in a session of its own, its output going to the log (0600, begun anew), and returns once its text runs.
 * @throws an error whose message says why it could not be started
 */
export async function startBackground(
  fence: LaunchedFence,
  log: string,
  { baseline, folder }: { readonly baseline: Readonly<Record<string, string>>; readonly folder: string },
): Promise<BackgroundProcess> {
  const output = openLog(log);
  try {
    const { child, begun } = launch(fence, { env: baseline, cwd: folder, detached: true, output });
    const reason = await begun;
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
 * A log of its own, begun anew. A project from elsewhere may bring symlinks under its name, or its folder's, and would choose
 * what is written into.
 */
function openLog(log: string): number {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
  if (log === '/dev/null') return openSync(log, 'w');
  const folders = [dirname(dirname(log)), dirname(log)];
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  for (const path of [...folders, log])
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new Error(`its log would go elsewhere, since ${path} is a symbolic link; move that away`);
  return openSync(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
}

/**
 * Whether the process, or anything left of its process group, still runs. While a group lives, its number is given to no
 * other process; so where nobody has the pid, what is in the group was started by our process.
 */
export function isAlive({ pid, start }: BackgroundProcess): boolean {
  const row = processRow(pid);
  if (row && startOf(row) !== start) return false;
  return (row !== undefined && !row.zombie) || anyRuns([pid]);
}

/** Ends every process group of its session: SIGTERM, after a grace SIGKILL. Resolves when nothing of it runs. */
export async function stopBackground(background: BackgroundProcess): Promise<void> {
  if (!isAlive(background)) return;
  const ofSession = processTable().filter((row) => row.session === background.pid && !row.zombie);
  await endGroups([...new Set([background.pid, ...ofSession.map((row) => row.group)])]);
}

/** With the boot on Linux, where a start counts from it; elsewhere it is a date. */
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
