import { deadline } from '../../base/deadline.ts';
import { type Job, type Jobs, LONGEST_WAIT_MS } from '../../operations/agent/tool.ts';

/** The jobs that run in this process, for all clients. */
export interface RunningJobs {
  /** For one call. Its jobs are aborted with the call's signal, unless the call was answered before. */
  forCall(call: { readonly signal: AbortSignal }, hasAnswered?: () => boolean): Jobs;
  /**
   * Aborts every job and waits at most `ms` for all of them to settle. Returns how many did not. The wait does not
   * keep the process alive: if nothing else does, nothing can settle.
   */
  end(ms: number): Promise<number>;
}

export function createRunningJobs(): RunningJobs {
  const running = new Map<string, Job<unknown>>();

  function start<T>(id: string, work: (signal: AbortSignal) => Promise<T>, call: AbortSignal): Job<T> {
    const controller = new AbortController();
    // Deferred, so that the job can be found before it runs.
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

/** The result of the work if it is available in time and the wait is not aborted. Rejects if the work does. */
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
