import { nearest } from '../model/nearest.ts';
import type { Needs, Step } from '../model/runbook.ts';
import type { Block } from './block.ts';
import { plainText } from './inline.ts';
import type { Reference } from './references.ts';
import type { Report } from './report.ts';
import { anchorsOf } from './slug.ts';
import type { StepDraft } from './steps.ts';

/**
 * Turns what Needs and For name into ids, and refuses what is named twice or not at all. Needs in a circle are left to
 * the plan, which knows the order.
 */
export function resolveSteps(report: Report, blocks: readonly Block[], drafts: readonly StepDraft[]): Step[] {
  refuseRepeatedIds(report, drafts);
  refuseRepeatedPaths(report, drafts);
  const find = finder(blocks, drafts);
  return drafts.map((draft, index) => {
    const { needsWritten, forWritten, at, ...step } = draft;
    const needs = needsWritten
      ? readNeeds(needsWritten, find, report, at.needs)
      : ({ kind: 'previous' } as const);
    const served =
      draft.kind === 'problem' ? readFor(draft, drafts.slice(index + 1), find, report) : undefined;
    return { ...step, index, needs, ...(served === undefined ? {} : { for: served }) };
  });
}

/** Finds a step by what an author wrote. */
type Find = (reference: Reference) => { readonly step?: StepDraft; readonly guess?: string };

function finder(blocks: readonly Block[], drafts: readonly StepDraft[]): Find {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  let byAnchor: Map<string, StepDraft> | undefined;
  return ({ written, kind }) => {
    if (kind === 'anchor') byAnchor ??= stepsByAnchor(blocks, drafts);
    const step = (kind === 'anchor' ? byAnchor?.get(written.toLowerCase()) : undefined) ?? byId.get(written);
    if (step) return { step };
    const guess = nearest(written, byId.keys());
    return guess === undefined ? {} : { guess };
  };
}

/** Anchors count every heading of the document, as GitHub does. */
function stepsByAnchor(blocks: readonly Block[], drafts: readonly StepDraft[]): Map<string, StepDraft> {
  const headings = blocks.filter((block) => block.kind === 'heading');
  const anchors = anchorsOf(headings.map(({ text }) => plainText(text)));
  const byHeading = new Map(drafts.map((draft) => [draft.headingSpan.start, draft]));
  return new Map(
    headings.flatMap(({ span }, index) => {
      const draft = byHeading.get(span.start);
      return draft ? [[anchors[index]!, draft] as const] : [];
    }),
  );
}

function readNeeds(written: readonly Reference[], find: Find, report: Report, at: number): Needs {
  if (written.length === 1 && written[0]!.written === 'none') return { kind: 'listed', ids: [] };
  if (written.length === 0) {
    report.error('empty-needs', at, 'This Needs names no step.', 'Write ids behind it, or `Needs: none`.');
  }
  const ids = written.flatMap((reference) => {
    const { step, guess } = find(reference);
    if (step?.kind === 'step') return [step.id];
    const message = step
      ? `Needs names \`${step.id}\`, which is a problem: problems stand outside of the order.`
      : `Needs names \`${reference.written}\`, but no step is called so.`;
    const remedy = guess
      ? `Did you mean \`${guess}\`?`
      : 'Name steps by their ids, parted by commas, or link to their headings.';
    report.error('unknown-needs', at, message, remedy);
    return [];
  });
  return { kind: 'listed', ids: [...new Set(ids)] };
}

/** The step that a problem serves: the one named, or, among the steps, the next one. */
function readFor(
  problem: StepDraft,
  later: readonly StepDraft[],
  find: Find,
  report: Report,
): string | undefined {
  const { forWritten, section, at } = problem;
  if (!forWritten) {
    if (section === 'problems') return undefined;
    const next = later.find((each) => each.kind === 'step');
    if (!next) {
      const message = `No step follows the problem \`${problem.id}\`, so it is only asked when a step fails.`;
      report.warning('problem-without-step', at.heading, message, 'Name the step that it serves: `For: …`.');
    }
    return next?.id;
  }
  const [reference, another] = forWritten;
  const { step, guess } = reference && !another ? find(reference) : {};
  if (step?.kind === 'step') return step.id;
  const message = another
    ? 'For names more than one step.'
    : step
      ? `For names \`${step.id}\`, which is a problem itself.`
      : `For names \`${reference?.written ?? ''}\`, but no step is called so.`;
  report.error(
    'unknown-for',
    at.for,
    message,
    guess ? `Did you mean \`${guess}\`?` : 'Name one step by its id.',
  );
  return undefined;
}

function refuseRepeatedIds(report: Report, drafts: readonly StepDraft[]): void {
  const first = new Map<string, StepDraft>();
  for (const draft of drafts) {
    const other = first.get(draft.id);
    if (draft.id === '') continue;
    if (!other) {
      first.set(draft.id, draft);
      continue;
    }
    const message = `The id \`${draft.id}\` stands for two steps, at line ${other.place.line} and at line ${draft.place.line}.`;
    report.error(
      'duplicate-id',
      draft.at.heading,
      message,
      'Reword one heading, or name its first fence: `{"name":"…"}`.',
    );
  }
}

/** Two fences that write one file would undo each other's work at every pass. */
function refuseRepeatedPaths(report: Report, drafts: readonly StepDraft[]): void {
  const first = new Map<string, { readonly line: number }>();
  for (const action of drafts.flatMap((draft) => draft.actions)) {
    if (action.kind !== 'file' || action.path.includes('${')) continue;
    const path = action.path.replace(/\/(?:\.?\/)+/g, '/').replace(/^\.\//, '');
    const other = first.get(path);
    if (!other) {
      first.set(path, action.place);
      continue;
    }
    const message = `\`${action.path}\` is written twice, at line ${other.line} and at line ${action.place.line}.`;
    report.error('duplicate-path', action.span.start, message, 'Write each file in one place.');
  }
}
