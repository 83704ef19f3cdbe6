import { setTimeout as delay } from 'node:timers/promises';
import { LONGEST_WAIT_MS } from '../../operations/agent/tool.ts';

/**
 * In milliseconds. How long after the longest wait a tool is asked to stop, and how long after that its call is
 * answered without it.
 */
const GRACE_MS = 4_000;

/** What to do with a call that exceeds its time limit. */
export interface TooLong {
  /** Asks the tool to stop. */
  stop(): void;
  /** The call's result if the tool does not stop. */
  error(): Error;
}

/** The calls with running tools, answered or not. */
export class OpenCalls {
  readonly #open = new Set<Promise<unknown>>();

  get size(): number {
    return this.#open.size;
  }

  /**
   * Runs a tool until it returns or its time limit is reached.
   *
   * @throws what the tool throws, or `late.error()`
   */
  run<T>(tool: () => Promise<T>, late: TooLong): Promise<T> {
    return new Promise((resolve, reject) => {
      const running = tool();
      this.#open.add(running);
      const stop = setTimeout(() => late.stop(), LONGEST_WAIT_MS + GRACE_MS).unref();
      const giveUp = setTimeout(() => reject(late.error()), LONGEST_WAIT_MS + 2 * GRACE_MS).unref();
      const ended = () => {
        this.#open.delete(running);
        clearTimeout(stop);
        clearTimeout(giveUp);
      };
      running.finally(ended).then(resolve, reject);
    });
  }

  /** Waits at most `ms` for all calls to end, and returns how many did not. Does not keep the process alive. */
  async ended(ms: number): Promise<number> {
    await Promise.race([Promise.allSettled(this.#open), delay(ms, undefined, { ref: false })]);
    return this.#open.size;
  }
}
