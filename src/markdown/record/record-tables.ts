import type { Runbook, SectionKind } from '../../model/runbook.ts';
import { scanBlocks } from '../commonmark/scan.ts';
import { cellText, type Row, readTables, type Table } from '../commonmark/tables.ts';
import { readChapters } from '../sections.ts';
import { type DocumentText, lineIndexAt } from '../source.ts';
import type { Learned } from './learned.ts';
import { oneLine } from './render.ts';
import type { Edit } from './splice.ts';

/** A table of the format: its columns, and the learned rows with cells in that order, the name first. */
interface TableForm {
  readonly kind: SectionKind & ('inputs' | 'facts' | 'endpoints');
  readonly columns: readonly string[];
  readonly rows: (learned: Learned) => readonly (readonly string[])[];
}

export const TABLES: readonly TableForm[] = [
  {
    kind: 'inputs',
    columns: ['Name', 'Kind', 'Required', 'Default', 'What for'],
    rows: ({ inputs = [] }) =>
      inputs.map((each) => [each.name, each.kind, each.required ? 'yes' : 'no', each.default, each.purpose]),
  },
  {
    kind: 'facts',
    columns: ['Fact', 'Value', 'Unit', 'Measured with', 'On', 'Why it matters'],
    rows: ({ facts = [] }) =>
      facts.map((each) => [each.name, each.value, each.unit, code(each.command), each.on, each.why]),
  },
  {
    kind: 'endpoints',
    columns: ['Name', 'URL or port', 'Check'],
    rows: ({ endpoints = [] }) => endpoints.map((each) => [each.name, each.target, code(each.check)]),
  },
];

/** The result for one table: edits of the existing table, or text for a new one. */
export interface RecordedTable {
  readonly kind: SectionKind;
  readonly edits: readonly Edit[];
  readonly fresh: readonly string[];
}

/**
 * New rows are added at the end of the section's first table. In a row with the same name, cells that differ are
 * replaced.
 */
export function recordedTable(
  form: TableForm,
  source: DocumentText,
  runbook: Runbook,
  learned: Learned,
): RecordedTable {
  const rows = lastOfEach(form.rows(learned));
  if (rows.length === 0) return { kind: form.kind, edits: [], fresh: [] };
  const table = tableOf(form, source, runbook);
  if (!table) return { kind: form.kind, edits: [], fresh: [renderTable(form.columns, rows)] };
  const known = new Map(
    table.rows.map((row) => [cellText(row.cells.get(form.columns[0]!.toLowerCase())), row]),
  );
  const edits = rows.flatMap((row) => cellEdits(form, source, known.get(oneLine(row[0]!)), row));
  const added = rows.filter((row) => !known.has(oneLine(row[0]!)));
  const lines = added.map((row) => `${source.eol}${renderRow(inTable(form, table, row))}`).join('');
  const at = endOfTable(source, table);
  return {
    kind: form.kind,
    edits: lines === '' ? edits : [...edits, { span: { start: at, end: at }, text: lines }],
    fresh: [],
  };
}

/** The last row for each name: two rows with one name would edit the same cells twice. */
function lastOfEach(rows: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(rows.map((row) => [oneLine(row[0]!), row])).values()];
}

function tableOf(form: TableForm, source: DocumentText, runbook: Runbook): Table | undefined {
  const bodyStart = runbook.frontMatter.span?.end ?? 0;
  const chapters = readChapters(source, scanBlocks(source, bodyStart), runbook.kind === 'runbook');
  const own = chapters.filter(({ section }) => section.kind === form.kind);
  return own
    .flatMap(({ blocks }) => readTables(source, blocks))
    .find(({ columns }) => columns.includes(form.columns[0]!.toLowerCase()));
}

/** Edits for cells with a new value. Cells without one stay unchanged. */
function cellEdits(
  form: TableForm,
  source: DocumentText,
  row: Row | undefined,
  cells: readonly string[],
): Edit[] {
  if (!row) return [];
  return form.columns.flatMap((column, index) => {
    const cell = row.cells.get(column.toLowerCase());
    const text = escaped(cells[index]!);
    if (index === 0 || !cell || text === '' || escaped(cell.markdown) === text) return [];
    const { start, end } = cell.span;
    // An empty cell of one blank leaves no blank after the text.
    const isTight = start === end && source.text[start - 1] === ' ' && source.text[end] === '|';
    return [{ span: cell.span, text: isTight ? `${text} ` : text }];
  });
}

/** In the column order of the existing table. */
function inTable(form: TableForm, { columns }: Table, cells: readonly string[]): string[] {
  const names = form.columns.map((each) => each.toLowerCase());
  return columns.map((column) => cells[names.indexOf(column)] ?? '');
}

function endOfTable(source: DocumentText, { rows, start }: Table): number {
  const last = rows.at(-1)?.start ?? source.lineStarts[lineIndexAt(source.lineStarts, start) + 1]!;
  const next = source.lineStarts[lineIndexAt(source.lineStarts, last) + 1] ?? source.text.length;
  return last + source.text.slice(last, next).replace(/[\r\n]+$/, '').length;
}

function renderTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[renderRow(columns), renderRow(columns.map(() => '---')), ...rows.map(renderRow)].join('\n')}\n`;
}

function renderRow(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |`;
}

function escaped(cell: string): string {
  return oneLine(cell).replaceAll('\\|', '|').replaceAll('|', '\\|');
}

function code(text: string): string {
  return text === '' ? '' : `\`${oneLine(text).replaceAll('`', "'")}\``;
}
