import { deadline } from '../../base/deadline.ts';
import { type Job, type Jobs, LONGEST_WAIT_MS } from '../../operations/agent/tool.ts';

/** The jobs that run in this process, for whichever client. */
export interface RunningJobs {
  /** For one call. What it starts ends when the call's signal is aborted, unless it has answered by then. */
  forCall(call: { readonly signal: AbortSignal }, hasAnswered?: () => boolean): Jobs;
  /**
   * Aborts every job and waits for all of them to settle, but not longer than `ms`. Answers how many did not. The wait
   * keeps no process alive by itself: where nothing else does, nothing can settle any more.
   */
  end(ms: number): Promise<number>;
}

export function createRunningJobs(): RunningJobs {
  const running = new Map<string, Job<unknown>>();

  function start<T>(id: string, work: (signal: AbortSignal) => Promise<T>, call: AbortSignal): Job<T> {
    const controller = new AbortController();
    // Not at once: the job has to be findable before its first line runs.
    const ended = Promise.resolve().then(() => work(controller.signal));
    const job: Job<T> = {
      id,
      ended,
      cancel: () => controller.abort(),
      within: (ms) => within(ended, ms, call),
    };
    running.set(id, job);
    const forget = () => void (running.get(id) === job && running.delete(id));
    ended.then(forget, forget);
    return job;
  }

  return {
    forCall: (call, hasAnswered = () => false) => ({
      start: (id, work) => {
        const { signal } = call;
        const job = start(id, work, signal);
        const leave = () => hasAnswered() || job.cancel();
        if (signal.aborted) leave();
        signal.addEventListener('abort', leave, { once: true });
        return job;
      },
      find: (id) => running.get(id),
    }),
    end: async (ms) => {
      for (const job of running.values()) job.cancel();
      const settled = Promise.allSettled([...running.values()].map((job) => job.ended));
      await within(settled, ms);
      return running.size;
    },
  };
}

/** The result of work if it is there in time, and before somebody gives up on it. Rejects as the work does. */
async function within<T>(
  work: Promise<T>,
  ms: number,
  givenUp?: AbortSignal,
): Promise<{ ended: true; result: T } | { ended: false }> {
  const late = deadline(Math.min(Math.max(0, ms), LONGEST_WAIT_MS));
  const done = new AbortController();
  const waited = new Promise<{ ended: false }>((resolve) => {
    const stop = () => resolve({ ended: false });
    if (givenUp?.aborted) stop();
    late.addEventListener('abort', stop, { signal: done.signal });
    givenUp?.addEventListener('abort', stop, { signal: done.signal });
  });
  try {
    return await Promise.race([work.then((result) => ({ ended: true as const, result })), waited]);
  } finally {
    done.abort();
  }
}
