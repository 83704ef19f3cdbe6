import { wrap } from '../../columns.ts';
import { type Paint, withoutColor } from './paint.ts';
import { pad, truncate, widthOf } from './width.ts';

/** Properties of the output that renderers need. */
export interface Page {
  readonly paint: Paint;
  /** Columns of the terminal. Undefined: a pipe or file, where nothing is truncated. */
  readonly width: number | undefined;
  /** A person is watching: glyphs next to the words, titles instead of ids. */
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

/** Text, and its color, which is applied after measuring. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

/**
 * Aligned columns, separated by two blanks and indented by two. On a terminal long rows are truncated; in a pipe they
 * are not.
 */
export function table(rows: readonly (readonly Cell[])[], page: Page, indent = 2): string {
  const widths: number[] = [];
  for (const row of rows) {
    // The last cell of a row needs no padding, so it does not widen its column.
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
 * A label and its text, `  remedy: …`. On a terminal the text is wrapped with a hanging indent; in a pipe it stays on
 * one line.
 */
export function labeledText(label: string, text: string, page: Page, paint = plain): string {
  const room =
    page.width === undefined ? Number.POSITIVE_INFINITY : Math.max(24, page.width - widthOf(label));
  return paint(label) + wrap(text, room).join(`\n${' '.repeat(widthOf(label))}`);
}

const plain = (text: string) => text;
