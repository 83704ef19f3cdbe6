import type { Host, NoHost } from './shell-process.ts';

/** Hosts, one per request at a time: kept while they are good, started when there is none to spare. */
export interface HostPool {
  /** A host of one's own until it is given back; a reason, if this box cannot run one. Waits while all are taken. */
  take(): Promise<Host | NoHost>;
  give(host: Host): void;
  close(): Promise<void>;
}

/** Where hosts come from, and how many there may be at once. */
export interface HostSource {
  start(): Promise<Host | NoHost>;
  readonly most: number;
}

export function openHostPool({ start, most }: HostSource): HostPool {
  const idle: Host[] = [];
  const every = new Set<Host>();
  const waiting: (() => void)[] = [];
  let taken = 0;

  return {
    async take() {
      while (taken >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      taken += 1;
      for (let host = idle.pop(); host; host = idle.pop()) if (host.usable()) return host;
      const host = await start();
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
