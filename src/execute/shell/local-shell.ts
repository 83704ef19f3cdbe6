import { existsSync } from 'node:fs';
import { startBashShell } from './bash-shell.ts';
import { startShShell } from './sh-shell.ts';
import type { ShellNotStarted, ShellOptions, ShellProcess } from './shell-process.ts';

/** More would only compete for CPU; `--jobs` is far below. */
export const MAX_LOCAL_SHELLS = 32;

/**
 * Starts bash if a suitable one is installed, else sh. Without bash, bash fences report that themselves
 * (execute/launch).
 */
export async function startLocalShell(options: ShellOptions): Promise<ShellProcess | ShellNotStarted> {
  if (!existsSync(options.cwd))
    return { unstartable: `the folder ${options.cwd} does not exist`, absent: false };
  try {
    const shell = await startBashShell(options);
    return 'unstartable' in shell && shell.absent ? await startShShell(options) : shell;
  } catch (error) {
    return { unstartable: `a shell could not be started: ${(error as Error).message}`, absent: false };
  }
}
