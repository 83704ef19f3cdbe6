import { setTimeout as delay } from 'node:timers/promises';
import { LONGEST_WAIT_MS } from '../../operations/agent/tool.ts';

/** Milliseconds after the longest wait at which a tool is told to stop, and again until its call is answered without it. */
const GRACE_MS = 4_000;

/** What to do with a call that takes too long. */
export interface TooLong {
  /** Tells the tool to end. */
  stop(): void;
  /** The call's answer when the tool does not end. */
  error(): Error;
}

/** The calls whose tools still run, answered or not. */
export class OpenCalls {
  readonly #open = new Set<Promise<unknown>>();

  get size(): number {
    return this.#open.size;
  }

  /** Runs a tool until it answers or has had its time. @throws what the tool throws, or `late.error()` */
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

  /** Waits for all calls to end, at most `ms`. Returns how many did not. Keeps no process alive. */
  async ended(ms: number): Promise<number> {
    await Promise.race([Promise.allSettled(this.#open), delay(ms, undefined, { ref: false })]);
    return this.#open.size;
  }
}
