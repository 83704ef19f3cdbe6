/** Makes many writers share one sync: everything touched before a sync begins is covered by it. */
export interface GroupCommit {
  /** Something was written: a sync is begun after a moment, or as soon as somebody waits for it. */
  touch(): void;
  /** Resolves when everything touched so far is on disk; rejects with the first failure, and from then on always. */
  settled(): Promise<void>;
  /** The same, without hurrying the sync: it comes within the moment that writers share. */
  soon(): Promise<void>;
}

/**
 * At most one sync runs, and at most one waits. A sync waits `lingerMs` for more to cover, unless it is hurried: a write that
 * meets a running sync of its file is held up by it, so many short steps are quicker with few syncs. It runs in libuv's thread
 * pool, while the next step goes on.
 */
export function createGroupCommit(sync: () => Promise<void>, lingerMs = 0): GroupCommit {
  let running: Promise<void> = Promise.resolve();
  let waiting: { readonly done: Promise<void>; readonly hurry: () => void } | undefined;

  const touch = () => {
    if (waiting) return;
    let hurry = () => {};
    const moment = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lingerMs);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (lingerMs === 0) hurry();
    const begun = Promise.all([running, moment]).then(() => {
      running = begun;
      waiting = undefined;
      return sync();
    });
    waiting = { done: begun, hurry };
    // A failure is told to whoever asks `settled`; without this line it would also end the process.
    begun.catch(() => {});
  };
  const soon = () => waiting?.done ?? running;
  return {
    touch,
    soon,
    settled: () => {
      waiting?.hurry();
      return soon();
    },
  };
}
