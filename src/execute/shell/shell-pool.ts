import type { ShellNotStarted, ShellProcess } from './shell-process.ts';

/** Shell processes, each used by one request at a time. Reused while usable, started when none is idle. */
export interface ShellPool {
  /**
   * A shell for exclusive use until it is given back, or the reason if this box cannot run one. Waits while all are in
   * use.
   */
  take(): Promise<ShellProcess | ShellNotStarted>;
  give(shell: ShellProcess): void;
  close(): Promise<void>;
}

/** How shells are started, and how many may exist at once. */
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
      for (let shell = idle.pop(); shell; shell = idle.pop()) if (shell.usable()) return shell;
      const shell = await start();
      if ('unstartable' in shell) free();
      else every.add(shell);
      return shell;
    },
    give(shell) {
      if (shell.usable()) idle.push(shell);
      else discard(shell);
      free();
    },
    async close() {
      await Promise.all([...every].map((shell) => shell.close()));
    },
  };

  function free(): void {
    taken -= 1;
    waiting.shift()?.();
  }
  function discard(shell: ShellProcess): void {
    every.delete(shell);
    void shell.close();
  }
}
