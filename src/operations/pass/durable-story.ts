import type { RunEvent } from '../../model/outcome.ts';

/**
 * Tells a pass's events in their order, and the end of a step only once it is on disk: nobody is told of a confirmation that a
 * power cut could take back. Steps go on meanwhile; what they say waits behind.
 */
export class DurableEvents {
  #waiting: RunEvent[] = [];
  #telling: Promise<void> | undefined;
  #lost: { readonly error: unknown } | undefined;

  /** `durable` resolves once everything journaled until now is on disk. */
  constructor(
    private readonly tell: (event: RunEvent) => void,
    private readonly durable: () => Promise<void>,
  ) {}

  readonly emit = (event: RunEvent): void => {
    if (!this.#telling && event.type !== 'step-finished') {
      this.tell(event);
      return;
    }
    this.#waiting.push(event);
    this.#telling ??= this.#tellAll();
  };

  /** The disk refused; what was not told will never be. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Resolves when all is told. @throws what the disk refused with. */
  async settled(): Promise<void> {
    await this.#telling;
    if (this.#lost) throw this.#lost.error;
  }

  async #tellAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const covered = this.#waiting.length;
        await this.durable();
        for (const event of this.#waiting.splice(0, covered)) this.tell(event);
      }
      this.#telling = undefined;
    } catch (error) {
      this.#lost = { error };
    }
  }
}
