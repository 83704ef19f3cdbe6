import { existsSync } from 'node:fs';
import { startBashHost } from './bash-shell.ts';
import { startShHost } from './sh-shell.ts';
import type { Host, HostOptions, NoHost } from './shell-process.ts';

/** More would only stand in each other's way; `--jobs` is far below. */
export const MOST_LOCAL_HOSTS = 32;

/** bash if this box has one that can be a host, else sh. Without bash, its fences say so themselves (execute/launch). */
export async function startLocalHost(options: HostOptions): Promise<Host | NoHost> {
  if (!existsSync(options.cwd))
    return { unstartable: `the folder ${options.cwd} is not there`, absent: false };
  try {
    const host = await startBashHost(options);
    return 'unstartable' in host && host.absent ? await startShHost(options) : host;
  } catch (error) {
    return { unstartable: `a shell could not be started: ${(error as Error).message}`, absent: false };
  }
}
