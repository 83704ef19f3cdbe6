/**
 * Lets steps run side by side, and a reactive Fix all alone: it mends what a failed step found,
 * and must not pull the ground away under another that is running.
 */
export class Gate {
  #running = 0;
  #exclusive: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  /** Runs beside others. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#exclusive) await this.#exclusive;
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Called from within `shared`: waits until nobody else runs, runs alone, and goes on shared. */
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
