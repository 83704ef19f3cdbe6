import type { RunEvent } from '../../model/outcome.ts';

/**
 * Emits the events of a pass in order, and the end of a step only once it is on disk: a reported confirmation must
 * survive a power cut. Steps continue meanwhile, and their events wait.
 */
export class DurableEvents {
  #waiting: RunEvent[] = [];
  #telling: Promise<void> | undefined;
  #lost: { readonly error: unknown } | undefined;

  /** `durable` resolves once everything journaled until now is on disk. */
  constructor(
    private readonly report: (event: RunEvent) => void,
    private readonly durable: () => Promise<void>,
  ) {}

  readonly emit = (event: RunEvent): void => {
    if (!this.#telling && event.type !== 'step-finished') {
      this.report(event);
      return;
    }
    this.#waiting.push(event);
    this.#telling ??= this.#tellAll();
  };

  /** The disk failed; events that were not emitted never will be. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Resolves when all events are emitted. @throws the error of the disk */
  async settled(): Promise<void> {
    await this.#telling;
    if (this.#lost) throw this.#lost.error;
  }

  async #tellAll(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const covered = this.#waiting.length;
        await this.durable();
        for (const event of this.#waiting.splice(0, covered)) this.report(event);
      }
      this.#telling = undefined;
    } catch (error) {
      this.#lost = { error };
    }
  }
}
