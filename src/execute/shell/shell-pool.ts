import type { ShellNotStarted, ShellProcess } from './shell-process.ts';

/** Hosts, one per request at a time: kept while they are good, started when there is none to spare. */
export interface ShellPool {
  /** A host of one's own until it is given back; a reason, if this box cannot run one. Waits while all are taken. */
  take(): Promise<ShellProcess | ShellNotStarted>;
  give(host: ShellProcess): void;
  close(): Promise<void>;
}

/** Where hosts come from, and how many there may be at once. */
export interface ShellSource {
  start(): Promise<ShellProcess | ShellNotStarted>;
  readonly most: number;
}

export function openShellPool({ start, most }: ShellSource): ShellPool {
  const idle: ShellProcess[] = [];
  const every = new Set<ShellProcess>();
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
  function discard(host: ShellProcess): void {
    every.delete(host);
    void host.close();
  }
}
