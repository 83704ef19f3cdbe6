/** Shorter pieces are joined, so that a stream of single characters needs no list entry for each. */
const PIECE = 16 * 1024;

/** The last characters of a text that arrives in pieces. Old pieces are dropped as a whole: nothing is copied until the tail is read. */
export class TextTail {
  #pieces: string[] = [];
  #held = 0;
  #added = 0;

  /** `most`: UTF-16 code units. */
  constructor(private readonly most: number) {}

  add(text: string): void {
    const last = this.#pieces.at(-1) ?? '';
    if (last.length + text.length <= PIECE) this.#pieces.splice(-1, 1, last + text);
    else this.#pieces.push(text);
    this.#held += text.length;
    this.#added += text.length;
    while (this.#held - this.#pieces[0]!.length >= this.most) this.#held -= this.#pieces.shift()!.length;
  }

  get text(): string {
    return this.#pieces.join('').slice(-this.most);
  }

  /** How many code units before the tail were dropped. */
  get dropped(): number {
    return Math.max(0, this.#added - this.most);
  }
}
