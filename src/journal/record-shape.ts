import type { JOURNAL_SCHEMA, JournalRecord } from '../model/journal.ts';

/** The same number as in the model, which is not imported here because zod would come along. */
export const SCHEMA: typeof JOURNAL_SCHEMA = 1;

type Fields = Readonly<Record<string, unknown>>;

const CONFIRMED_HOW: ReadonlySet<unknown> = new Set(['acted', 'found', 'accepted', 'restored']);
const FIX_HOW: ReadonlySet<unknown> = new Set(['reactive', 'in-pass']);

/**
 * Whether a parsed line is a record, in about a microsecond. The authority is the zod schema in model/journal.ts, but
 * loading zod costs more than reading a thousand lines, so it is asked only about lines that this check does not know:
 * this may be stricter than the schema, never laxer (test/journal/record-shape.test.ts).
 */
export function isPlainRecord(value: unknown): value is JournalRecord {
  if (
    !isFields(value) ||
    value.v !== SCHEMA ||
    !isPositive(value.seq) ||
    !isText(value.at) ||
    !isText(value.pass)
  ) {
    return false;
  }
  switch (value.kind as JournalRecord['kind']) {
    case 'started':
      return isStepAction(value);
    case 'confirmed':
      return isStepAction(value) && isConfirmation(value);
    case 'failed':
      return isStepAction(value) && isText(value.reason);
    case 'undone':
      return isText(value.step);
    case 'renamed':
      return isText(value.step) && isText(value.from);
    case 'background':
      return isText(value.step) && isProcess(value.process);
    case 'fix':
      return isText(value.step) && isText(value.problem) && isText(value.action) && FIX_HOW.has(value.how);
    case 'pass-started':
      return isText(value.version) && isOptional(value.document, isText) && isOptional(value.box, isText);
    case 'pass-ended':
      return isText(value.outcome);
    default:
      return false;
  }
}

function isStepAction(value: Fields): boolean {
  return isText(value.step) && isText(value.action) && isText(value.inputs);
}

function isConfirmation(value: Fields): boolean {
  return (
    CONFIRMED_HOW.has(value.how) &&
    Number.isFinite(value.ms) &&
    isOptional(value.title, isText) &&
    isOptional(value.undo, Array.isArray) &&
    isOptional(value.background, (list) => Array.isArray(list) && list.every(isProcess)) &&
    isOptional(value.state, isState)
  );
}

function isState(value: unknown): boolean {
  return (
    isFields(value) &&
    isFields(value.set) &&
    Object.values(value.set).every(isText) &&
    isTextList(value.unset) &&
    isTextList(value.secret) &&
    isOptional(value.cwd, isText)
  );
}

function isProcess(value: unknown): boolean {
  return (
    isFields(value) &&
    Number.isSafeInteger(value.fence) &&
    Number.isSafeInteger(value.pid) &&
    isText(value.start) &&
    isText(value.log)
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptional(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
