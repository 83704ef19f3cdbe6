/**
 * Lets steps run in parallel, and a reactive Fix alone: it changes what a failed step found, and must not disturb
 * another step that is running.
 */
export class StepGate {
  #running = 0;
  #exclusive: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  /** Runs in parallel with others. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#exclusive) await this.#exclusive;
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Called from within `shared`: waits until no other step runs, runs alone, and continues shared. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#leave();
    while (this.#exclusive) await this.#exclusive;
    let reopen = () => {};
    this.#exclusive = new Promise((resolve) => {
      reopen = resolve;
    });
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    try {
      return await work();
    } finally {
      this.#running += 1;
      this.#exclusive = undefined;
      reopen();
    }
  }

  #leave(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#idle?.();
  }
}
