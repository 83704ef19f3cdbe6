import { existsSync } from 'node:fs';
import { startBashHost } from './bash-host.ts';
import type { Host, HostOptions, NoHost } from './host.ts';
import { startShHost } from './sh-host.ts';

/** Hosts, one per request at a time: kept while they are good, started when there is none to spare. */
export interface HostPool {
  /** A host of one's own until it is given back; a reason, if this box cannot run one. Waits while all are taken. */
  take(): Promise<Host | NoHost>;
  give(host: Host): void;
  close(): Promise<void>;
}

/** More would only stand in each other's way; `--jobs` is far below. */
const MOST_HOSTS = 32;

export function openHostPool(options: HostOptions): HostPool {
  const idle: Host[] = [];
  const every = new Set<Host>();
  const waiting: (() => void)[] = [];
  let taken = 0;

  return {
    async take() {
      while (taken >= MOST_HOSTS) await new Promise<void>((resolve) => waiting.push(resolve));
      taken += 1;
      for (let host = idle.pop(); host; host = idle.pop()) if (host.usable()) return host;
      const host = await startHost(options);
      if ('unstartable' in host) free();
      else every.add(host);
      return host;
    },
    give(host) {
      if (host.usable()) idle.push(host);
      else discard(host);
      free();
    },
    async close() {
      await Promise.all([...every].map((host) => host.close()));
    },
  };

  function free(): void {
    taken -= 1;
    waiting.shift()?.();
  }
  function discard(host: Host): void {
    every.delete(host);
    void host.close();
  }
}

/** bash if this box has one that can be a host, else sh. Without bash, its fences say so themselves (execute/launch). */
async function startHost(options: HostOptions): Promise<Host | NoHost> {
  if (!existsSync(options.cwd))
    return { unstartable: `the folder ${options.cwd} is not there`, absent: false };
  try {
    const host = await startBashHost(options);
    return 'unstartable' in host && host.absent ? await startShHost(options) : host;
  } catch (error) {
    return { unstartable: `a shell could not be started: ${(error as Error).message}`, absent: false };
  }
}
