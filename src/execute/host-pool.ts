import { type BashHost, type HostOptions, startBashHost } from './bash-host.ts';

/** Hosts, one per request at a time: kept while they are good, started when there is none to spare. */
export interface HostPool {
  /** A host of one's own until it is given back; a reason, if this box cannot run one. Waits while all are taken. */
  take(): Promise<BashHost | { readonly unstartable: string }>;
  give(host: BashHost): void;
  close(): Promise<void>;
}

/** More would only stand in each other's way; `--jobs` is far below. */
const MOST_HOSTS = 32;

export function openHostPool(options: HostOptions): HostPool {
  const idle: BashHost[] = [];
  const every = new Set<BashHost>();
  const waiting: (() => void)[] = [];
  let taken = 0;

  return {
    async take() {
      while (taken >= MOST_HOSTS) await new Promise<void>((resolve) => waiting.push(resolve));
      taken += 1;
      for (let host = idle.pop(); host; host = idle.pop()) if (host.usable()) return host;
      const host = await startBashHost(options);
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
  function discard(host: BashHost): void {
    every.delete(host);
    void host.close();
  }
}
