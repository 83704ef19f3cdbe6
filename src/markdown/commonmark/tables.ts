import type { Span } from '../../model/place.ts';
import type { DocumentText } from '../source.ts';
import type { Block, SourceLine } from './block.ts';
import { inlineText, readInline } from './inline.ts';
import { isBlank } from './marks.ts';

/** One cell of a table. */
export interface TableCell {
  /** The cell's markdown, trimmed, with `\|` decoded to `|`. */
  readonly markdown: string;
  /** Its position; an empty cell has an empty span. */
  readonly span: Span;
}

/** A row: its cells by column name, in lower case and without marks. */
export interface Row {
  readonly cells: ReadonlyMap<string, TableCell>;
  readonly start: number;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly start: number;
}

/**
 * The tables in these blocks, by the rules of GitHub Flavored Markdown 0.29, section 4.10: a header row, a row of
 * dashes with as many cells, then rows up to the end of the paragraph. Missing cells are absent, extra cells are
 * ignored.
 */
export function readTables(source: DocumentText, blocks: readonly Block[]): Table[] {
  return blocks.flatMap((block) => {
    const table =
      block.kind === 'paragraph' && !block.container?.quoted ? readTable(source, block.lines) : undefined;
    return table ? [table] : [];
  });
}

function readTable({ text }: DocumentText, lines: readonly SourceLine[]): Table | undefined {
  const dashes = lines.findIndex(
    (line, index) => index > 0 && isDelimiterRow(text.slice(line.start, line.end)),
  );
  if (dashes < 0) return undefined;
  const columns = splitRow(text, lines[dashes - 1]!).map(({ markdown }) =>
    inlineText(markdown).trim().toLowerCase(),
  );
  if (columns.length !== splitRow(text, lines[dashes]!).length) return undefined;
  const rows = lines.slice(dashes + 1).map((line) => {
    const cells = splitRow(text, line).slice(0, columns.length);
    return { cells: new Map(cells.map((cell, index) => [columns[index]!, cell])), start: line.start };
  });
  return { columns, rows, start: lines[dashes - 1]!.start };
}

/** A row without a pipe is a setext underline. */
function isDelimiterRow(line: string): boolean {
  return (
    line.includes('|') &&
    line.includes('-') &&
    line.split('|').every((cell, index, cells) => {
      const isEdge = index === 0 || index === cells.length - 1;
      return /^:?-+:?$/.test(cell.trim()) || (isEdge && cell.trim() === '');
    })
  );
}

/** Splits a line at its pipes. A pipe at either end is only a border, and `\|` is not a separator. */
function splitRow(text: string, { start, end }: Span): TableCell[] {
  const cuts: number[] = [];
  for (let at = start; at < end; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '|') cuts.push(at);
  }
  const trimmed = trim(text, start, end);
  if (cuts[0] !== trimmed.start) cuts.unshift(start - 1);
  if (cuts.at(-1) !== trimmed.end - 1 || cuts.length === 1) cuts.push(end);
  return cuts.slice(1).map((cut, index) => {
    const span = trim(text, cuts[index]! + 1, cut);
    return { markdown: text.slice(span.start, span.end).replaceAll('\\|', '|'), span };
  });
}

/**
 * The range without surrounding blanks. A blank range shrinks to the position after the first blank, where text can be
 * inserted.
 */
function trim(text: string, start: number, end: number): Span {
  let [from, to] = [start, end];
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  if (from === to) return { start: Math.min(start + 1, end), end: Math.min(start + 1, end) };
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return { start: from, end: to };
}

/** The visible text of a cell; a lone dash counts as empty. */
export function cellText(cell: TableCell | undefined): string {
  const text = inlineText(cell?.markdown ?? '').trim();
  return /^[-–—]$/.test(text) ? '' : text;
}

/** The first inline code of a cell. */
export function cellCode(cell: TableCell | undefined): string | undefined {
  return readInline(cell?.markdown ?? '').find((piece) => piece.code)?.text;
}
