import { TextTail } from '../../base/text-tail.ts';
import type { RecordLine } from '../../model/pass-record.ts';

/** UTF-16 code units of one step's output that are kept from its beginning, and as many from its end. */
const KEPT = 512 * 1024;

interface Kept {
  written: number;
  readonly tail: TextTail;
}

/** Passes on the beginning and the end of each step's output, and says how much between them is missing. */
export class OutputLimit {
  readonly #steps = new Map<string, Kept>();

  constructor(private readonly write: (line: RecordLine) => void) {}

  take(step: string, text: string): void {
    const kept = this.#keptOf(step);
    const head = text.slice(0, Math.max(0, KEPT - kept.written));
    if (head !== '') this.write({ type: 'output', step, text: head });
    kept.written += head.length;
    if (head.length < text.length) kept.tail.add(text.slice(head.length));
  }

  /** The step said all that it has to say until now: its end is written. */
  settle(step: string): void {
    const kept = this.#steps.get(step);
    if (!kept) return;
    const { dropped, text } = kept.tail;
    if (dropped > 0) this.write({ type: 'output-omitted', step, characters: dropped });
    if (text !== '') this.write({ type: 'output', step, text });
    this.#steps.delete(step);
  }

  settleAll(): void {
    for (const step of [...this.#steps.keys()]) this.settle(step);
  }

  #keptOf(step: string): Kept {
    const known = this.#steps.get(step) ?? { written: 0, tail: new TextTail(KEPT) };
    this.#steps.set(step, known);
    return known;
  }
}
