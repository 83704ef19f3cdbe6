import { wrap } from '../../columns.ts';
import { type Paint, withoutColor } from './paint.ts';
import { pad, truncate, widthOf } from './width.ts';

/** What a renderer must know of the place where its text will stand. */
export interface Page {
  readonly paint: Paint;
  /** Columns of the terminal; undefined: a pipe or file, where nothing is cut. */
  readonly width: number | undefined;
  /** Somebody is looking: glyphs beside the words, titles rather than ids. */
  readonly terminal: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** A pipe. */
export const plainPage: Page = {
  paint: withoutColor,
  width: undefined,
  terminal: false,
  verbose: false,
  quiet: false,
};

/** Text, and how it is painted after it was measured. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/**
 * Aligned columns, two blanks apart, indented by two. On a terminal a row that is too long loses its end; in a pipe
 * nothing is cut.
 */
export function table(rows: readonly (readonly Cell[])[], page: Page, indent = 2): string {
  const widths: number[] = [];
  for (const row of rows) {
    // The last cell of a row needs no filling, so it does not push the next column either.
    for (const [index, cell] of row.slice(0, -1).entries()) {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(textOf(cell)));
    }
  }
  return rows.map((row) => ' '.repeat(indent) + line(row, widths, page, indent)).join('\n');
}

function line(row: readonly Cell[], widths: readonly number[], page: Page, indent: number): string {
  let used = indent;
  const cells = row.map((cell, index) => {
    const room = page.width === undefined ? Number.POSITIVE_INFINITY : Math.max(0, page.width - used);
    const filled = index === row.length - 1 ? textOf(cell) : pad(textOf(cell), widths[index]!);
    const text = truncate(filled, room);
    used += widthOf(text) + 2;
    return typeof cell === 'string' ? text : cell.paint(text);
  });
  return cells.join('  ').trimEnd();
}

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);

/**
 * A label and its text, `  remedy: …`; on a terminal the text is broken between words and hangs below its beginning, in a
 * pipe it stays one line.
 */
export function labelled(label: string, text: string, page: Page, paint = plain): string {
  const room =
    page.width === undefined ? Number.POSITIVE_INFINITY : Math.max(24, page.width - widthOf(label));
  return paint(label) + wrap(text, room).join(`\n${' '.repeat(widthOf(label))}`);
}

const plain = (text: string) => text;
