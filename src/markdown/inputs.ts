import { nearest } from '../base/nearest.ts';
import { describeType, hasForm, type InputType } from '../model/input-type.ts';
import type { Place } from '../model/place.ts';
import { refusedName } from '../model/refused-names.ts';
import type { Fact, Input } from '../model/runbook.ts';
import type { CodeReader } from './action-fence.ts';
import { cellCode, cellText, type Row, readTables, type TableCell } from './commonmark/tables.ts';
import { readInputType, readPattern, TYPE_NAMES } from './input-type.ts';
import { present } from './record/present.ts';
import type { Report } from './report.ts';
import type { Chapter } from './sections.ts';

const YES = new Set(['yes', 'true', 'required', 'y', 'x', '✓', '✔', '✅']);
const NO = new Set(['no', 'false', 'optional', 'n', '❌']);

/** The columns that say what an input is for. */
export const PURPOSE = ['what for', 'purpose', 'description', 'why'];

/** Parses the rows of an Inputs table: Name, Kind, Required, Default, From, What for. */
export function readInputs(reader: CodeReader, chapter: Chapter): Input[] {
  const { source, report } = reader;
  const tables = readTables(source, chapter.blocks);
  return tables.flatMap((table) => {
    if (table.columns.includes('name')) return table.rows.flatMap((row) => readInput(reader, chapter, row));
    const message =
      'A table of inputs must have a column Name. This one has none, so its inputs are ignored.';
    report.error(
      'bad-table',
      table.start,
      message,
      'Use the columns Name, Kind, Required, Default, What for.',
    );
    return [];
  });
}

function readInput({ source, report }: CodeReader, { section }: Chapter, { cells, start }: Row): Input[] {
  const name = cellText(cells.get('name'));
  if (!isUsableName(name)) {
    const message = `\`${name}\` cannot be the name of an input: ${whyUnusable(name)}.`;
    report.error('bad-name', start, message, 'Use letters, digits and _, such as REGISTRY_USER.');
    return [];
  }
  const read = readKind(cells.get('kind'), /secret/i.test(section.title));
  if ('problem' in read) {
    report.error('bad-kind', start, read.problem, read.remedy);
    return [];
  }
  const { kind, type } = read;
  const given = cells.get('default');
  const command = cellCode(cells.get('from')) ?? (kind === 'secret' ? cellCode(given) : undefined);
  const value = kind === 'secret' && cellCode(given) !== undefined ? '' : cellText(given);
  const required = readRequired(cellText(cells.get('required')), value === '');
  if (required === undefined) {
    report.error(
      'bad-required',
      start,
      `The column Required must contain \`yes\` or \`no\`. For ${name} it contains neither.`,
      'Write `yes` or `no`.',
    );
  }
  if (type && value !== '' && !hasForm(type, value)) {
    const message = `The default of ${name} must be ${describeType(type)}. Found \`${value}\`.`;
    report.error('bad-default', given!.span.start, message, 'Correct the default, or its Kind.');
  }
  const purpose = PURPOSE.map((column) => cells.get(column)).find((cell) => cell !== undefined);
  return [
    {
      name,
      kind,
      required: required ?? true,
      ...present({ type, default: value === '' ? undefined : value, command }),
      purpose: cellText(purpose),
      place: source.placeAt(start),
    },
  ];
}

/** Whether `${NAME}` can refer to it and setting it is allowed. */
function isUsableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !refusedName(name);
}

function whyUnusable(name: string): string {
  return refusedName(name)
    ? 'setting it could make programs run other code'
    : 'it is not a valid variable name';
}

type ReadKind =
  | { readonly kind: Input['kind']; readonly type?: InputType }
  | { readonly problem: string; readonly remedy: string };

/** `variable`, `secret`, `secret(/…/)` or a type. In a section named Secrets only `variable` is not a secret. */
function readKind(cell: TableCell | undefined, inSecrets: boolean): ReadKind {
  const usual = inSecrets ? 'secret' : 'variable';
  const written = cellCode(cell) ?? cellText(cell);
  const [word = ''] = written.split('(', 1);
  const kind = word.trim().toLowerCase();
  if (written === '') return { kind: usual };
  if (written.toLowerCase() === kind && (kind === 'variable' || kind === 'secret')) return { kind };
  const secret = /^secret\((.*)\)$/is.exec(written)?.[1];
  const read =
    secret === undefined ? readInputType(written.replace(word, kind)) : readPattern(written, secret);
  if (read && 'type' in read) return { kind: secret === undefined ? usual : 'secret', type: read.type };
  if (read) return { problem: `The kind \`${written}\` cannot be read: ${read.problem}.`, remedy: KINDS };
  const guess = nearest(kind, ['variable', 'secret', ...TYPE_NAMES]);
  return {
    problem: `The kind of an input must be \`variable\`, \`secret\` or a type. Found \`${written}\`.`,
    remedy: guess ? `Write \`${guess}\`.` : KINDS,
  };
}

const KINDS = `Write \`variable\`, \`secret\`, or one of ${TYPE_NAMES.map((each) => `\`${each}\``).join(', ')}.`;

/** An empty cell means required, unless there is a default. */
function readRequired(written: string, withoutDefault: boolean): boolean | undefined {
  const word = written.toLowerCase();
  if (word === '') return withoutDefault;
  return YES.has(word) ? true : NO.has(word) ? false : undefined;
}

/**
 * `${NAME}` must be unambiguous, so inputs and facts may be declared only once. Facts whose names are not variable
 * names are documentation.
 */
export function refuseRepeatedNames(report: Report, inputs: readonly Input[], facts: readonly Fact[]): void {
  const first = new Map<string, Place>();
  for (const { name, place } of [...inputs, ...facts]) {
    const other = first.get(name);
    if (!other) first.set(name, place);
    else if (isUsableName(name)) {
      const message = `A name must be declared once. \`${name}\` is declared at line ${other.line} and at line ${place.line}.`;
      report.add([
        { code: 'duplicate-name', severity: 'error', message, remedy: 'Keep one of the rows.', place },
      ]);
    }
  }
}
