/** Makes many writers share one sync: everything touched before a sync begins is covered by it. */
export interface GroupCommit {
  /** Something was written: a sync is begun as soon as the running one has ended. */
  touch(): void;
  /** Resolves when everything touched so far is on disk; rejects with the first failure, and from then on always. */
  settled(): Promise<void>;
}

/**
 * At most one sync runs, and at most one waits. A sync begins in a microtask, so all that one turn of the event loop
 * writes is covered by one; it runs in libuv's thread pool, so the next step starts meanwhile.
 */
export function createGroupCommit(sync: () => Promise<void>): GroupCommit {
  let running: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  const touch = () => {
    if (waiting) return;
    const begun = running.then(() => {
      running = begun;
      waiting = undefined;
      return sync();
    });
    waiting = begun;
    // A failure is told to whoever asks `settled`; without this line it would also end the process.
    begun.catch(() => {});
  };
  return { touch, settled: () => waiting ?? running };
}
