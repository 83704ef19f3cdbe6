import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { Step } from '../model/runbook.ts';
import { type Code, type CodeReader, type ReadAction, readAction } from './action-fence.ts';
import { suggestKnown } from './attributes.ts';
import { parseCheckLine } from './checks/check-grammar.ts';
import { readChecks } from './checks/checks.ts';
import { textOfLines } from './commonmark/block.ts';
import { readInline } from './commonmark/inline.ts';
import { type Part, readParts } from './parts.ts';
import { slugOf } from './record/slug.ts';
import { type Reference, readReferences } from './references.ts';
import type { Report } from './report.ts';
import type { SectionEntry } from './sections.ts';
import type { DocumentText } from './source.ts';
import { readSymptoms } from './symptom.ts';

/** A step with unresolved references. Resolving them needs all other steps. */
export interface StepDraft {
  readonly step: Omit<Step, 'needs' | 'for' | 'index'>;
  /** Undefined: not written. */
  readonly needs: WrittenReferences | undefined;
  readonly for: WrittenReferences | undefined;
}

export interface WrittenReferences {
  readonly references: readonly Reference[];
  /** Offset of the label. */
  readonly at: number;
}

/** Reads one level-3 heading of Steps or Problems with its content. */
export function readStep(reader: CodeReader, entry: SectionEntry, section: Step['section']): StepDraft {
  const { source, report } = reader;
  const parts = readParts(reader, entry.blocks, section === 'problems');
  const of = (label: Part['label']) => parts.filter((part) => part.label === label);
  const isProblem = section === 'problems' || (of('Symptom').length > 0 && of('Fix').length > 0);
  const acting = parts.flatMap((part) => readActing(reader, part));
  refuseStrayCode(reader, parts);
  return {
    step: {
      kind: isProblem ? 'problem' : 'step',
      id: identify(reader, entry, acting),
      title: entry.title,
      section,
      span: { start: entry.start, end: entry.end },
      headingSpan: entry.heading.span,
      place: source.placeAt(entry.heading.span.start),
      why: proseOf(source, of('Why')),
      ...needsSpanOf(of('Needs')),
      when: of('When').flatMap((part) => readCondition(reader, part)),
      actions: acting.map(({ action }) => action),
      verify: codeOf(of('Verify')).flatMap((code) => readChecks(reader, code, 'verify')),
      undo: codeOf(of('Undo')).flatMap((code) =>
        code.acts ? actionsOf(readAction(reader, code, 'undo')) : [],
      ),
      symptoms: of('Symptom').flatMap((part) => readSymptoms(proseOf(source, [part]), part.at, report)),
      symptomText: proseOf(source, of('Symptom')),
      fixText: proseOf(source, of('Fix')),
      excluded: acting.some(({ attributes }) => attributes.excludeFromRunAll),
    },
    needs: writtenIn(source, of('Needs')),
    for: writtenIn(source, of('For')),
  };
}

function writtenIn(source: DocumentText, parts: readonly Part[]): WrittenReferences | undefined {
  const [first] = parts;
  return first && { references: readReferences(proseOf(source, parts)), at: first.at };
}

function needsSpanOf([part]: readonly Part[]): Pick<Step, 'needsSpan'> {
  return part ? { needsSpan: { start: part.at, end: part.prose.at(-1)?.span.end ?? part.end } } : {};
}

/** The actions of a part that runs: Run, Fix, and the text before any label. */
function readActing(reader: CodeReader, part: Part): ReadAction[] {
  const isActing = part.label === 'before' || part.label === 'Run' || part.label === 'Fix';
  if (!isActing) return [];
  const name = part.label === 'Fix' ? 'fix' : 'run';
  return part.code.flatMap((code) => (code.acts ? (readAction(reader, code, name) ?? []) : []));
}

/** The first name on a fence that acts, else the heading's anchor. */
function identify(
  { report }: CodeReader,
  { heading, title }: SectionEntry,
  acting: readonly ReadAction[],
): string {
  const id = acting.find(({ action }) => action.name !== undefined)?.action.name ?? slugOf(title);
  if (id === '') {
    const message = 'A step needs an id. This heading has no letter or digit to derive one from.';
    report.error(
      'empty-id',
      heading.span.start,
      message,
      'Reword it, or name the first fence: `{"name":"install"}`.',
    );
  }
  return id;
}

/**
 * The checks of When: a check fence directly after its paragraph, else inline code, else the paragraph itself. A When
 * without checks would always apply the step, so it is an error.
 */
function readCondition(reader: CodeReader, part: Part): Check[] {
  if (part.code.length > 0) return part.code.flatMap((code) => readChecks(reader, code, 'when'));
  const prose = proseOf(reader.source, [part]);
  const codes = readInline(prose).filter((piece) => piece.code);
  const lines = codes.length > 0 ? codes.map((piece) => piece.text) : [prose.replaceAll('\n', ' ')];
  const place = reader.source.placeAt(part.at);
  return lines.flatMap((line) => {
    const { check, diagnostics } = parseCheckLine(line, place);
    reader.report.add(diagnostics);
    if (check) return [check];
    if (diagnostics.length === 0) {
      reader.report.error(
        'when-without-check',
        part.at,
        '`When:` must contain a check. This one has none.',
        'Add a check, such as `When: file /etc/debian_version exists`.',
      );
    }
    return [];
  });
}

/** Rejects code that would be lost or run by mistake in its position. */
function refuseStrayCode({ report }: CodeReader, parts: readonly Part[]): void {
  for (const { label, code } of parts) {
    for (const each of code) {
      const at = each.block.span.start;
      if (label === 'between' && each.acts) {
        const message =
          'A fence must follow a label that accepts code. The label above applies only to its own paragraph.';
        report.error(
          'unclear-fence',
          at,
          message,
          'Put a label such as `Run:` or `Verify:` directly above the fence.',
        );
      }
      if (each.isCheck && !CHECKED.has(label)) {
        const message =
          'Checks must be under Verify or directly after When. These are not, so they never run.';
        report.error(
          'check-outside-verify',
          at,
          message,
          'Put `Verify:` above them, or change the language to `text`.',
        );
      }
      if (!each.acts && !each.isCheck) warnOfIdleAttributes(each, at, report);
    }
  }
}

/** Attributes on documentation may mean that the fence was intended to act. */
function warnOfIdleAttributes({ info }: Code, at: number, report: Report): void {
  suggestKnown(info, at, report);
  const acting = ['file', 'apply', 'registry', 'patch', 'interpreter'].find((key) => key in info.attributes);
  if (info.language !== '' || !acting) return;
  const message = `A fence needs a language to act. This one has none, so \`${acting}\` has no effect.`;
  report.warning(
    'fence-without-language',
    at,
    message,
    'Write a language before the attributes, such as `text`.',
  );
}

/** The labels under which a check fence is evaluated, or displayed on purpose. */
const CHECKED: ReadonlySet<Part['label']> = new Set(['Verify', 'When', 'Symptom', 'Evidence']);

function codeOf(parts: readonly Part[]): Part['code'] {
  return parts.flatMap((part) => part.code);
}

function actionsOf(read: ReadAction | undefined): Action[] {
  return read ? [read.action] : [];
}

/** The markdown of several parts, with paragraphs separated by blank lines. */
function proseOf({ text }: DocumentText, parts: readonly Part[]): string {
  const paragraphs = parts.flatMap(({ rest, prose }) => [
    rest,
    ...prose.map(({ lines }) => textOfLines(text, lines).trim()),
  ]);
  return paragraphs.filter((each) => each !== '').join('\n\n');
}
