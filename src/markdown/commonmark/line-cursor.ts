import type { SourceLine } from './block.ts';
import { CODE } from './marks.ts';

/**
 * Reads one line from left to right in columns, where a tab extends to the next multiple of four and may be consumed
 * partly (CommonMark 0.31, section 2.2). The next nonblank character is cached, so that a line of a million markers
 * takes linear time.
 */
export class LineCursor {
  readonly text: string;
  offset = 0;
  end = 0;
  #column = 0;
  /** Whether the tab at `offset` is consumed up to `#column`. */
  #insideTab = false;
  #nonblank = -1;
  #nonblankColumn = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Starts a new line; `end` excludes its line end. */
  open(start: number, end: number): void {
    this.offset = start;
    this.end = end;
    this.#column = 0;
    this.#insideTab = false;
    this.#nonblank = -1;
  }

  /** Offset of the next nonblank character, or the line's end. */
  get nonblank(): number {
    if (this.#nonblank < this.offset) this.#findNonblank();
    return this.#nonblank;
  }

  /** That character's code; NaN at the line's end. */
  get code(): number {
    return this.nonblank < this.end ? this.text.charCodeAt(this.#nonblank) : Number.NaN;
  }

  /** The text from there on. */
  get content(): string {
    return this.text.slice(this.nonblank, this.end);
  }

  /** Columns of blanks before it. */
  get indent(): number {
    if (this.#nonblank < this.offset) this.#findNonblank();
    return this.#nonblankColumn - this.#column;
  }

  /** Whether only blanks are left. */
  get isBlank(): boolean {
    return this.nonblank >= this.end;
  }

  /** The rest of the line. The rest of a partly consumed tab becomes padding. */
  get rest(): SourceLine {
    if (!this.#insideTab) return { start: this.offset, end: this.end, pad: 0 };
    return { start: this.offset + 1, end: this.end, pad: nextTabStop(this.#column) - this.#column };
  }

  /** Skips blanks. */
  skipBlanks(): void {
    this.offset = this.nonblank;
    this.#column = this.#nonblankColumn;
    this.#insideTab = false;
  }

  /** Skips characters other than tabs. */
  skip(count: number): void {
    this.offset += count;
    this.#column += count;
  }

  /** Skips at most this many columns of blanks. */
  skipColumns(count: number): void {
    const target = this.#column + Math.min(count, this.indent);
    while (this.#column < target) {
      const isTab = this.text.charCodeAt(this.offset) === CODE.tab;
      const next = isTab ? nextTabStop(this.#column) : this.#column + 1;
      this.#insideTab = next > target;
      this.#column = Math.min(next, target);
      if (!this.#insideTab) this.offset++;
    }
  }

  #findNonblank(): void {
    let at = this.offset;
    let column = this.#column;
    for (; at < this.end; at++) {
      const code = this.text.charCodeAt(at);
      if (code === CODE.tab) column = nextTabStop(column);
      else if (code === CODE.space) column++;
      else break;
    }
    this.#nonblank = at;
    this.#nonblankColumn = column;
  }
}

function nextTabStop(column: number): number {
  return column + 4 - (column % 4);
}
