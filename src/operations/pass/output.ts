import type { Masker, MaskStream } from '../../secrets/mask.ts';

/** How much of a step's output is kept for its Symptoms and its failure report; the rest is only streamed. */
const KEPT_CHARACTERS = 256 * 1024;
const TAIL_LINES = 20;

/** The masked output of one step: streamed on as it comes, bounded in memory. */
export class StepOutput {
  #kept = '';
  #fence = '';
  #lineEnds = 0;
  #stream: MaskStream | undefined;

  constructor(
    private readonly masker: Masker,
    private readonly onText: (text: string) => void,
  ) {}

  /** Begins a fence: a secret cannot be split across two of them, but each fence's output is judged alone. */
  begin(): void {
    this.end();
    this.#fence = '';
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
    return this.#kept;
  }

  /** Output of the last fence alone. */
  get lastFence(): string {
    return this.#fence;
  }

  /** The last lines, for people. */
  get tail(): string {
    return this.#kept.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  /** How many lines it has written, the unfinished one included. */
  get lines(): number {
    return this.#lineEnds + (this.#kept === '' || this.#kept.endsWith('\n') ? 0 : 1);
  }

  #take(text: string): void {
    if (text === '') return;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineEnds += 1;
    this.#kept = (this.#kept + text).slice(-KEPT_CHARACTERS);
    this.#fence = (this.#fence + text).slice(-KEPT_CHARACTERS);
    this.onText(text);
  }
}
