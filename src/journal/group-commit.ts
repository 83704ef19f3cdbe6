/** Lets many writers share one sync: it covers everything touched before it starts. */
export interface GroupCommit {
  /** Something was written: a sync starts after a short delay, or as soon as a caller waits for it. */
  touch(): void;
  /** Resolves when everything touched so far is on disk; rejects with the first failure, and always from then on. */
  settled(): Promise<void>;
  /** The same, but waits for the regular delay instead of starting the sync at once. */
  soon(): Promise<void>;
}

/**
 * At most one sync runs, and at most one waits. A sync waits `lingerMs` for more writes, unless it is hurried: a write
 * is blocked while its file is being synced, so many short steps are faster with few syncs. It runs in libuv's thread
 * pool, while the next step continues.
 */
export function createGroupCommit(sync: () => Promise<void>, lingerMs = 0): GroupCommit {
  let running: Promise<void> = Promise.resolve();
  let waiting: { readonly done: Promise<void>; readonly flushSoon: () => void } | undefined;

  const touch = () => {
    if (waiting) return;
    let flushSoon = () => {};
    const moment = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lingerMs);
      flushSoon = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (lingerMs === 0) flushSoon();
    const started = Promise.all([running, moment]).then(() => {
      running = started;
      waiting = undefined;
      return sync();
    });
    waiting = { done: started, flushSoon };
    // `settled` reports a failure; without this line it would also end the process.
    started.catch(() => {});
  };
  const soon = () => waiting?.done ?? running;
  return {
    touch,
    soon,
    settled: () => {
      waiting?.flushSoon();
      return soon();
    },
  };
}
