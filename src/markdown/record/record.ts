import type { Runbook, SectionKind } from '../../model/runbook.ts';
import type { DocumentText } from '../source.ts';
import type { Learned } from './learned.ts';
import { recordedDecisions, recordedQuestions } from './record-entries.ts';
import { revisionEdits } from './record-revision.ts';
import { type Insertion, placeSteps } from './record-steps.ts';
import { recordedTable, TABLES } from './record-tables.ts';
import { type Edit, splice } from './splice.ts';

/**
 * Writes what was learned into a document and leaves every other byte unchanged. Content that is already there is not
 * written again, so recording twice changes nothing.
 * | @throws RangeError if two entries edit the same bytes, because no result would match either of them
 */
export function recordLearned(source: DocumentText, runbook: Runbook, learned: Learned): string {
  const placed = placeSteps(runbook, learned.steps ?? [], learned.problems ?? []);
  const tables = TABLES.map((table) => recordedTable(table, source, runbook, learned));
  const sections: Partial<Record<SectionKind, readonly string[]>> = {
    ...Object.fromEntries(tables.map(({ kind, fresh }) => [kind, fresh])),
    steps: [...placed.steps, ...(learned.entries ?? [])],
    problems: placed.problems,
    decisions: recordedDecisions(runbook, learned.decisions ?? []),
    questions: recordedQuestions(runbook, learned.questions ?? []),
  };
  const insertions = [...placed.insertions, ...sectionInsertions(source, runbook, sections)];
  return splice(source.text, [
    ...revisionEdits(source, runbook, learned.steps ?? []),
    ...tables.flatMap(({ edits }) => edits),
    ...joined(source, insertions),
  ]);
}

/**
 * The order of sections in a document that the engine creates. A missing section is inserted at its position in this
 * order.
 */
const ORDER = ['inputs', 'steps', 'problems', 'facts', 'decisions', 'endpoints', 'questions'] as const;

const HEADINGS: Readonly<Record<(typeof ORDER)[number], string>> = {
  inputs: 'Inputs',
  steps: 'Steps',
  problems: 'Problems',
  facts: 'Facts',
  decisions: 'Decisions',
  endpoints: 'Endpoints',
  questions: 'Open questions',
};

/** New entries at the end of their sections. Missing sections are created. */
function sectionInsertions(
  source: DocumentText,
  { sections }: Runbook,
  texts: Partial<Record<SectionKind, readonly string[]>>,
): Insertion[] {
  return ORDER.flatMap((kind, index): Insertion[] => {
    const fresh = texts[kind] ?? [];
    if (fresh.length === 0) return [];
    const own = sections.findLast((each) => each.kind === kind);
    if (own) return fresh.map((text) => ({ at: own.span.end, text }));
    const earlier: readonly string[] = ORDER.slice(0, index);
    const later: readonly string[] = ORDER.slice(index + 1);
    const before = sections.findLast((each) => earlier.includes(each.kind));
    const behind = sections.find((each) => later.includes(each.kind));
    const at = before?.span.end ?? behind?.span.start ?? source.text.length;
    return [`## ${HEADINGS[kind]}\n`, ...fresh].map((text) => ({ at, text }));
  });
}

/** One edit per place, with a blank line around every block and the document's own line ends. */
function joined(source: DocumentText, insertions: readonly Insertion[]): Edit[] {
  const places = [...new Set(insertions.map(({ at }) => at))];
  return places.map((at) => {
    const blocks = insertions.filter((each) => each.at === at).map(({ text }) => text);
    const end = at < source.text.length ? '\n' : '';
    const text = `${blankBefore(source.text.slice(0, at))}${blocks.join('\n')}${end}`;
    return { span: { start: at, end: at }, text: text.replaceAll('\n', source.eol) };
  });
}

function blankBefore(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  if (lines === '' || /\n[ \t]*\n$/.test(lines)) return '';
  return lines.endsWith('\n') ? '\n' : '\n\n';
}
