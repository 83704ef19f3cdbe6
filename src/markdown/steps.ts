import type { Action } from '../model/action.ts';
import type { Check } from '../model/check.ts';
import type { Step } from '../model/runbook.ts';
import { type CodeReader, type ReadAction, readAction } from './action-fence.ts';
import { type ParagraphBlock, textOf } from './block.ts';
import { parseCheckLine } from './check-grammar.ts';
import { readChecks } from './checks.ts';
import { readInline } from './inline.ts';
import { type Part, readParts } from './parts.ts';
import { type Reference, readReferences } from './references.ts';
import type { Entry } from './sections.ts';
import { slugOf } from './slug.ts';
import { readSymptoms } from './symptom.ts';

/** A step before its references are resolved, which takes all the others. */
export interface StepDraft extends Omit<Step, 'needs' | 'for' | 'index'> {
  /** Undefined: no Needs is written. */
  readonly needsWritten?: readonly Reference[];
  readonly forWritten?: readonly Reference[];
  /** Offsets for places: of the heading, of Needs, of For. */
  readonly at: { readonly heading: number; readonly needs: number; readonly for: number };
}

/** Reads one level-3 heading of Steps or Problems with all that stands under it. */
export function readStep(reader: CodeReader, entry: Entry, section: Step['section']): StepDraft {
  const parts = readParts(reader, entry.blocks, section === 'problems');
  const has = (label: Part['label']) => parts.some((part) => part.label === label);
  const kind = section === 'problems' || (has('Symptom') && has('Fix')) ? 'problem' : 'step';
  const acting = parts.flatMap((part) => readActing(reader, part));
  const needs = parts.filter((part) => part.label === 'Needs');
  const forParts = parts.filter((part) => part.label === 'For');
  refuseStrayCode(reader, parts);
  return {
    kind,
    section,
    id: identify(reader, entry, acting),
    title: entry.title,
    span: { start: entry.start, end: entry.end },
    headingSpan: entry.heading.span,
    place: reader.source.placeAt(entry.heading.span.start),
    why: proseOf(reader, parts, 'Why'),
    when: parts.flatMap((part) => (part.label === 'When' ? readCondition(reader, part) : [])),
    actions: acting.map(({ action }) => action),
    verify: codeOf(parts, 'Verify').flatMap((code) => readChecks(reader, code, 'verify')),
    undo: codeOf(parts, 'Undo').flatMap((code) =>
      code.acts ? actionsOf(readAction(reader, code, 'undo')) : [],
    ),
    symptoms: parts.flatMap((part) =>
      part.label === 'Symptom' ? readSymptoms(textOfPart(reader, part), part.at, reader.report) : [],
    ),
    symptomText: proseOf(reader, parts, 'Symptom'),
    fixText: proseOf(reader, parts, 'Fix'),
    excluded: acting.some(({ attributes }) => attributes.excludeFromRunAll),
    ...(needs.length > 0
      ? { needsWritten: needs.flatMap((part) => readReferences(textOfPart(reader, part))) }
      : {}),
    ...(forParts.length > 0
      ? { forWritten: forParts.flatMap((part) => readReferences(textOfPart(reader, part))) }
      : {}),
    at: { heading: entry.heading.span.start, needs: needs[0]?.at ?? 0, for: forParts[0]?.at ?? 0 },
  };
}

/** The actions of a part that runs: Run, Fix, and what stands before any label. */
function readActing(reader: CodeReader, part: Part): ReadAction[] {
  const isActing = part.label === 'before' || part.label === 'Run' || part.label === 'Fix';
  if (!isActing) return [];
  const name = part.label === 'Fix' ? 'fix' : 'run';
  return part.code.flatMap((code) => (code.acts ? (readAction(reader, code, name) ?? []) : []));
}

/** The first name on a fence that acts, else the heading's anchor. */
function identify({ report }: CodeReader, { heading, title }: Entry, acting: readonly ReadAction[]): string {
  const id = acting.find(({ action }) => action.name !== undefined)?.action.name ?? slugOf(title);
  if (id === '') {
    const message = 'This heading has no letter or digit to make an id of.';
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
 * The checks of When: a check fence right behind its paragraph, else inline code, else the paragraph itself. A When
 * without any would apply the step always, so that is an error.
 */
function readCondition(reader: CodeReader, part: Part): Check[] {
  if (part.code.length > 0) return part.code.flatMap((code) => readChecks(reader, code, 'when'));
  const prose = textOfPart(reader, part);
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
        'This When holds no check.',
        'Write a check behind it, such as `When: file /etc/debian_version exists`.',
      );
    }
    return [];
  });
}

/** Code that would be lost or run by mistake where it stands. */
function refuseStrayCode({ report }: CodeReader, parts: readonly Part[]): void {
  for (const { label, code } of parts) {
    for (const { block, acts, isCheck } of code) {
      if (label === 'between' && acts) {
        const message =
          'It is not clear whether this fence runs: the label before it governs only its own paragraph.';
        report.error(
          'unclear-fence',
          block.span.start,
          message,
          'Put a label such as `Run:` or `Verify:` right above it.',
        );
      }
      if (isCheck && !CHECKED.has(label)) {
        const message =
          'These checks are never asked, because they stand neither under Verify nor right after When.';
        report.error(
          'check-outside-verify',
          block.span.start,
          message,
          'Put `Verify:` above them, or call the fence `text`.',
        );
      }
    }
  }
}

/** Where a check fence is asked, or shown on purpose. */
const CHECKED: ReadonlySet<Part['label']> = new Set(['Verify', 'When', 'Symptom', 'Evidence']);

function codeOf(parts: readonly Part[], label: Part['label']): Part['code'] {
  return parts.filter((part) => part.label === label).flatMap((part) => part.code);
}

function actionsOf(read: ReadAction | undefined): Action[] {
  return read ? [read.action] : [];
}

/** Markdown of all parts of one label. */
function proseOf(reader: CodeReader, parts: readonly Part[], label: Part['label']): string {
  const texts = parts.filter((part) => part.label === label).map((part) => textOfPart(reader, part));
  return texts.filter((text) => text !== '').join('\n\n');
}

function textOfPart({ source }: CodeReader, { rest, prose }: Part): string {
  const paragraph = ({ lines }: ParagraphBlock) => textOf(source.text, lines).trim();
  return [rest, ...prose.map(paragraph)].filter((text) => text !== '').join('\n\n');
}
