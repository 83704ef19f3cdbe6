import { TextTail } from '../../base/text-tail.ts';
import type { RecordLine } from '../../model/pass-record.ts';

/** UTF-16 code units of one step's output that are kept from its beginning, and as many from its end. */
const KEPT = 512 * 1024;

/** Once a pass has written so much, less is kept of each further step: a record must stay small enough to be read. */
const MUCH = 32 * 1024 * 1024;
const KEPT_AFTER_MUCH = 8 * 1024;

interface Kept {
  readonly limit: number;
  written: number;
  readonly tail: TextTail;
}

/** Passes on the beginning and the end of each step's output, and says how much between them is missing. */
export class OutputLimit {
  readonly #steps = new Map<string, Kept>();
  #written = 0;

  constructor(private readonly write: (line: RecordLine) => void) {}

  take(step: string, text: string): void {
    const kept = this.#keptOf(step);
    const head = text.slice(0, Math.max(0, kept.limit - kept.written));
    this.#write(step, head);
    kept.written += head.length;
    if (head.length < text.length) kept.tail.add(text.slice(head.length));
  }

  /** The step said all that it has to say until now: its end is written. */
  settle(step: string): void {
    const kept = this.#steps.get(step);
    if (!kept) return;
    const { dropped, text: tail } = kept.tail;
    const text = tail.slice(-Math.min(kept.limit, this.#limit));
    const omitted = dropped + tail.length - text.length;
    if (omitted > 0) this.write({ type: 'output-omitted', step, characters: omitted });
    this.#write(step, text);
    this.#steps.delete(step);
  }

  settleAll(): void {
    for (const step of [...this.#steps.keys()]) this.settle(step);
  }

  get #limit(): number {
    return this.#written < MUCH ? KEPT : KEPT_AFTER_MUCH;
  }

  #write(step: string, text: string): void {
    if (text === '') return;
    this.#written += text.length;
    this.write({ type: 'output', step, text });
  }

  #keptOf(step: string): Kept {
    const limit = this.#limit;
    const known = this.#steps.get(step) ?? { limit, written: 0, tail: new TextTail(limit) };
    this.#steps.set(step, known);
    return known;
  }
}
