import { TextTail } from '../../base/text-tail.ts';
import type { Masker, MaskStream } from '../../secrets/mask.ts';

/** How much of a step's output is kept for its Symptoms and its failure report; the rest is only streamed. */
const KEPT_CHARACTERS = 256 * 1024;
const TAIL_LINES = 20;

/** The masked output of one step: streamed on as it comes, bounded in memory. */
export class StepOutput {
  readonly #kept = new TextTail(KEPT_CHARACTERS);
  #fence = new TextTail(KEPT_CHARACTERS);
  #lineEnds = 0;
  #isLineOpen = false;
  #stream: MaskStream | undefined;

  constructor(
    private readonly masker: Masker,
    private readonly onText: (text: string) => void,
  ) {}

  /** Begins a fence: a secret cannot be split across two of them, but each fence's output is judged alone. */
  begin(): void {
    this.end();
    this.#fence = new TextTail(KEPT_CHARACTERS);
    this.#stream = this.masker.stream();
  }

  push(chunk: Buffer): void {
    this.#take(this.#stream?.push(chunk) ?? '');
  }

  end(): void {
    this.#take(this.#stream?.end() ?? '');
    this.#stream = undefined;
  }

  /** Everything kept, for matching Symptoms. */
  get text(): string {
    return this.#kept.text;
  }

  /** Output of the last fence alone. */
  get lastFence(): string {
    return this.#fence.text;
  }

  /** The last lines, for people. */
  get tail(): string {
    return this.text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  /** How many lines it has written, the unfinished one included. */
  get lines(): number {
    return this.#lineEnds + (this.#isLineOpen ? 1 : 0);
  }

  #take(text: string): void {
    if (text === '') return;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineEnds += 1;
    this.#isLineOpen = !text.endsWith('\n');
    this.#kept.add(text);
    this.#fence.add(text);
    this.onText(text);
  }
}
