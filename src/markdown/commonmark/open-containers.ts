import type { BlockContainer } from './block.ts';
import type { LineCursor } from './line-cursor.ts';
import { CODE } from './marks.ts';

/** A container that can still receive lines. */
interface OpenContainer extends BlockContainer {
  readonly span: { readonly start: number; end: number };
  /** List items: the columns of indentation that a line needs to stay inside. */
  readonly size: number;
  /** Whether it has no content yet. */
  isEmpty: boolean;
}

/** The open quotes and list items, from the outermost to the innermost. */
export class OpenContainers {
  readonly #open: OpenContainer[] = [];
  /** Indexes of the quotes. */
  readonly #quotes: number[] = [];

  get depth(): number {
    return this.#open.length;
  }

  get innermost(): BlockContainer | undefined {
    return this.#open.at(-1);
  }

  /**
   * Counts the containers that a line continues, from the outermost, and moves the cursor after their marks. A blank
   * line stays in all list items up to the next quote. That quote is looked up, because walking would cost time in
   * proportion to the depth.
   */
  match(cursor: LineCursor): number {
    let quotes = 0;
    for (let index = 0; index < this.#open.length; index++) {
      const container = this.#open[index]!;
      if (container.kind === 'quote') {
        if (!skipQuoteMark(cursor)) return index;
        quotes++;
      } else if (container.isEmpty && cursor.isBlank) {
        return index;
      } else if (cursor.indent >= container.size) {
        cursor.skipColumns(container.size);
      } else if (cursor.isBlank) {
        cursor.skipBlanks();
        return this.#quotes[quotes] ?? this.#open.length - (this.#open.at(-1)!.isEmpty ? 1 : 0);
      } else {
        return index;
      }
    }
    return this.#open.length;
  }

  /** Opens a quote at the cursor and moves after its mark. */
  openQuote(cursor: LineCursor): void {
    const start = cursor.nonblank;
    skipQuoteMark(cursor);
    this.#quotes.push(this.#open.length);
    this.#push('quote', start, 0);
  }

  /** Opens a list item at the cursor and moves after its marker, which ends at `markerEnd`. */
  openItem(cursor: LineCursor, markerEnd: number): void {
    const start = cursor.nonblank;
    const indent = cursor.indent;
    cursor.skipBlanks();
    cursor.skip(markerEnd - start);
    // Up to four columns after the marker belong to it. With more, indented code follows, and only one column does.
    const padding = cursor.isBlank || cursor.indent > 4 ? 1 : cursor.indent;
    cursor.skipColumns(padding);
    this.#push('item', start, indent + markerEnd - start + padding);
  }

  /** Records that the innermost container has content. */
  fill(): void {
    const innermost = this.#open.at(-1);
    if (innermost) innermost.isEmpty = false;
  }

  /** Closes the containers beyond a depth; `end` is the end of the last nonblank line. */
  close(depth: number, end: number): void {
    while (this.#open.length > depth) {
      const container = this.#open.pop()!;
      if (container.kind === 'quote') this.#quotes.pop();
      container.span.end = Math.max(container.span.start, end);
    }
  }

  #push(kind: BlockContainer['kind'], start: number, size: number): void {
    const parent = this.#open.at(-1);
    this.fill();
    const quoted = kind === 'quote' || parent?.quoted === true;
    this.#open.push({ kind, parent, quoted, span: { start, end: start }, size, isEmpty: true });
  }
}

function skipQuoteMark(cursor: LineCursor): boolean {
  if (cursor.indent > 3 || cursor.code !== CODE.greater) return false;
  cursor.skipBlanks();
  cursor.skip(1);
  cursor.skipColumns(1);
  return true;
}
