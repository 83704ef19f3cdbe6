import type { Span } from '../../model/place.ts';
import { scanBlocks } from '../commonmark/scan.ts';
import { cellText, type Row, readTables, type Table } from '../commonmark/tables.ts';
import { PURPOSE } from '../inputs.ts';
import { type Chapter, readChapters } from '../sections.ts';
import { type DocumentText, lineIndexAt } from '../source.ts';
import type { Document, TextPiece } from './composed-text.ts';

/** A range of the base's text, and what is there instead. */
export interface Replacement {
  readonly span: Span;
  readonly pieces: readonly TextPiece[];
}

const COLUMNS = ['Name', 'Kind', 'Required', 'Default', 'From', 'What for'] as const;

/** In a site, a column Value says the same as Default. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  Default: ['value', 'default'],
  'What for': PURPOSE,
};

/**
 * The values that a site gives to inputs of its base: each row moves to a table below its own, in the same section, with the
 * site's cells where it has some. Inputs that only the site has are returned apart.
 */
export function mergeInputs(base: Document, site: Document): { edits: Replacement[]; added: TextPiece[] } {
  const rows = chaptersOf(site, 'inputs').flatMap(({ chapter, tables }) =>
    tables.flatMap((table) => table.rows.map((row) => ({ row, chapter }))),
  );
  const given = new Map(rows.map(({ row }) => [nameOf(row), row]));
  const known = new Set(base.runbook.inputs.map(({ name }) => name));
  const edits = chaptersOf(base, 'inputs').flatMap(({ tables }) =>
    tables.flatMap((table) => {
      const own = table.rows.filter((row) => given.has(nameOf(row)));
      if (own.length === 0) return [];
      const merged = own.map((row) => mergedRow(base.source, row, site.source, given.get(nameOf(row))!));
      const end = lineOf(base.source, table.rows.at(-1)!.start).end;
      return [
        ...own.map((row) => ({ span: lineOf(base.source, row.start), pieces: [] })),
        { span: { start: end, end }, pieces: tableOf(site.source, own.length, merged.flat(), given) },
      ];
    }),
  );
  const fresh = rows.filter(({ row }) => !known.has(nameOf(row)));
  const added = fresh.flatMap(({ row, chapter }): TextPiece[] => [
    generated(site.source, row.start, `\n## ${chapter.section.title}\n\n${HEADER}`),
    ...mergedRow(site.source, row, site.source, row),
  ]);
  return { edits, added };
}

/** Rows of facts that the site measures itself. Its own table replaces them. */
export function withoutFacts(base: Document, site: Document): Replacement[] {
  const own = new Set(site.runbook.facts.map(({ name }) => name));
  return chaptersOf(base, 'facts').flatMap(({ tables }) =>
    tables.flatMap(({ rows }) =>
      rows
        .filter(({ cells }) => own.has(cellText(cells.get('fact'))))
        .map(({ start }) => ({ span: lineOf(base.source, start), pieces: [] })),
    ),
  );
}

const HEADER = `| ${COLUMNS.join(' | ')} |\n| ${COLUMNS.map(() => '---').join(' | ')} |\n`;

function tableOf(
  source: DocumentText,
  count: number,
  rows: readonly TextPiece[],
  given: ReadonlyMap<string, Row>,
): TextPiece[] {
  if (count === 0) return [];
  const at = Math.min(...[...given.values()].map(({ start }) => start));
  return [generated(source, at, `\n\n${HEADER}`), ...rows];
}

/** A row of the canonical columns, whose cells are ranges of the row that has them. */
function mergedRow(base: DocumentText, row: Row, site: DocumentText, given: Row): TextPiece[] {
  const isValue = filled(given, 'Default') !== undefined;
  const cells = COLUMNS.flatMap((column): TextPiece[] => {
    const theirs = filled(given, column);
    // A command of the base comes before a default, so the site's value would never be used.
    const ours = column === 'From' && isValue ? undefined : filled(row, column);
    const piece = theirs ? { source: site, span: theirs } : ours ? { source: base, span: ours } : undefined;
    return [...(piece ? [piece] : []), generated(site, given.start, ' | ')];
  });
  return [generated(site, given.start, '| '), ...cells, generated(site, given.start, '\n')];
}

function filled({ cells }: Row, column: (typeof COLUMNS)[number]): Span | undefined {
  const names = SAME[column] ?? [column.toLowerCase()];
  return names.map((name) => cells.get(name)).find((cell) => cell && cell.span.end > cell.span.start)?.span;
}

function chaptersOf(
  { source, runbook }: Document,
  kind: 'inputs' | 'facts',
): { readonly chapter: Chapter; readonly tables: readonly Table[] }[] {
  const blocks = scanBlocks(source, runbook.frontMatter.span?.end ?? 0);
  const isVersioned = runbook.frontMatter.version === 1 || runbook.frontMatter.site !== undefined;
  const name = kind === 'inputs' ? 'name' : 'fact';
  return readChapters(source, blocks, isVersioned)
    .filter(({ section }) => section.kind === kind)
    .map((chapter) => ({
      chapter,
      tables: readTables(source, chapter.blocks).filter(({ columns }) => columns.includes(name)),
    }));
}

function nameOf({ cells }: Row): string {
  return cellText(cells.get('name'));
}

/** The whole line, with its end. */
function lineOf({ lineStarts, text }: DocumentText, offset: number): Span {
  const index = lineIndexAt(lineStarts, offset);
  return { start: lineStarts[index]!, end: lineStarts[index + 1] ?? text.length };
}

export function generated(source: DocumentText, at: number, text: string): TextPiece {
  return { source, at, text };
}
