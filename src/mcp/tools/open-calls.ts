import { LONGEST_WAIT_MS } from '../../operations/agent/tool.ts';

/** Milliseconds after the longest wait at which a tool hears its signal, and again until it is given up. */
const GRACE_MS = 4_000;

/** Milliseconds between two looks at who is late: nobody needs it sooner. */
const LOOK_MS = 1_000;

const looksIn = (ms: number) => Math.ceil(ms / LOOK_MS);

/** What happens to a call that takes too long. */
export interface TooLong {
  /** It has had its time: its tool should end. */
  stop(): void;
  /** Its tool has not heard that. */
  giveUp(): void;
}

/**
 * The calls whose tools still run, answered or not. One timer looks after all of them: a timer of its own would cost a quick call a
 * twentieth of its time.
 */
export class OpenCalls {
  readonly #open = new Map<TooLong, { looks: number }>();
  #timer: NodeJS.Timeout | undefined;
  #emptied: (() => void) | undefined;

  get size(): number {
    return this.#open.size;
  }

  begin(call: TooLong): void {
    this.#open.set(call, { looks: 0 });
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  end(call: TooLong): void {
    this.#open.delete(call);
    if (this.#open.size === 0) this.#emptied?.();
  }

  /** Waits for all to end, but not longer than `ms`. Answers how many did not. Keeps no process alive. */
  async ended(ms: number): Promise<number> {
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
        setTimeout(resolve, ms).unref();
      });
    }
    return this.#open.size;
  }

  #look(): void {
    for (const [call, age] of this.#open) {
      age.looks += 1;
      if (age.looks === looksIn(LONGEST_WAIT_MS + GRACE_MS)) call.stop();
      if (age.looks === looksIn(LONGEST_WAIT_MS + 2 * GRACE_MS)) call.giveUp();
    }
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
