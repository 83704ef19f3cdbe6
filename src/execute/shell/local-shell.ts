import { existsSync } from 'node:fs';
import { startBashShell } from './bash-shell.ts';
import { startShShell } from './sh-shell.ts';
import type { ShellNotStarted, ShellOptions, ShellProcess } from './shell-process.ts';

/** More would only stand in each other's way; `--jobs` is far below. */
export const MAX_LOCAL_SHELLS = 32;

/** bash if this box has one that can be a host, else sh. Without bash, its fences say so themselves (execute/launch). */
export async function startLocalShell(options: ShellOptions): Promise<ShellProcess | ShellNotStarted> {
  if (!existsSync(options.cwd))
    return { unstartable: `the folder ${options.cwd} is not there`, absent: false };
  try {
    const host = await startBashShell(options);
    return 'unstartable' in host && host.absent ? await startShShell(options) : host;
  } catch (error) {
    return { unstartable: `a shell could not be started: ${(error as Error).message}`, absent: false };
  }
}
