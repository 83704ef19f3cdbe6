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
  /** The terminal shows links. */
  readonly links?: boolean;
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
 * Aligned columns, separated by two blanks and indented by two. In a pipe nothing is shortened. On a terminal that is too
 * narrow, a long name stays whole and its row continues on the next line; the end of a row is truncated.
 */
export function table(rows: readonly (readonly Cell[])[], page: Page, indent = 2): string {
  return tableRows(rows, page, indent).join('\n');
}

/** The same, one text for each row. */
export function tableRows(rows: readonly (readonly Cell[])[], page: Page, indent = 2): string[] {
  const widths = columnWidths(rows, page, indent);
  return rows.map((row) => {
    const cut = row.slice(0, -1).findIndex((cell, index) => widthOf(textOf(cell)) > widths[index]!);
    if (cut < 0) return line(row, widths, page, indent);
    const rest = row.map((cell, index) => (index <= cut ? '' : cell));
    const first = line(row.slice(0, cut + 1), widths, page, indent);
    return rest.every((cell) => textOf(cell) === '')
      ? first
      : `${first}\n${line(rest, widths, page, indent)}`;
  });
}

/** Of a row that is too wide for the terminal, no column but the last gets more than this part of it. */
const WIDEST_COLUMN = 0.35;

function columnWidths(rows: readonly (readonly Cell[])[], page: Page, indent: number): number[] {
  const widthsUpTo = (widest: number) => {
    const widths: number[] = [];
    // The last cell of a row needs no padding, so it does not widen its column.
    for (const row of rows)
      for (const [index, cell] of row.slice(0, -1).entries()) {
        const width = widthOf(textOf(cell));
        if (width <= widest) widths[index] = Math.max(widths[index] ?? 0, width);
        else widths[index] ??= 0;
      }
    return widths;
  };
  const natural = widthsUpTo(Number.POSITIVE_INFINITY);
  if (page.width === undefined) return natural;
  const needed = rows.map((row) => {
    const before = natural.slice(0, row.length - 1).reduce((sum, width) => sum + width + 2, indent);
    return before + widthOf(textOf(row.at(-1) ?? ''));
  });
  if (Math.max(0, ...needed) <= page.width) return natural;
  return widthsUpTo(Math.max(12, Math.floor(page.width * WIDEST_COLUMN)));
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
  return (' '.repeat(indent) + cells.join('  ')).trimEnd();
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
