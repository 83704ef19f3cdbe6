import { guesser } from '../base/nearest.ts';
import type { Needs, Step } from '../model/runbook.ts';
import type { Block } from './commonmark/block.ts';
import { inlineText } from './commonmark/inline.ts';
import { anchorsOf } from './record/slug.ts';
import type { Reference } from './references.ts';
import type { Report } from './report.ts';
import type { StepDraft, WrittenReferences } from './steps.ts';

/**
 * Resolves the names in Needs and For to ids, and rejects duplicate and unknown names. Dependency cycles are left to
 * the plan, which computes the order.
 */
export function resolveSteps(report: Report, blocks: readonly Block[], drafts: readonly StepDraft[]): Step[] {
  const steps = drafts.map(({ step }) => step);
  refuseRepeatedIds(report, steps);
  refuseRepeatedPaths(report, steps);
  const find = finder(blocks, steps);
  const resolved: Step[] = [];
  // In reverse order, so that the next step is known when a problem serves it.
  let next: string | undefined;
  for (let index = drafts.length - 1; index >= 0; index--) {
    const { step, needs, for: served } = drafts[index]!;
    const serves =
      step.kind === 'problem'
        ? served
          ? readFor(served, find, report)
          : defaultFor(step, next, report)
        : undefined;
    resolved.push({
      ...step,
      index,
      needs: needs ? readNeeds(needs, find, report) : { kind: 'previous' },
      ...(serves === undefined ? {} : { for: serves }),
    });
    if (step.kind === 'step') next = step.id;
  }
  return resolved.reverse();
}

/** A step with unresolved references. */
type Unresolved = StepDraft['step'];

/** Finds a step by the reference that the author wrote. */
type Find = (reference: Reference) => { readonly step?: Unresolved; readonly guess?: string };

function finder(blocks: readonly Block[], steps: readonly Unresolved[]): Find {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const guess = guesser([...byId.keys()]);
  let byAnchor: Map<string, Unresolved> | undefined;
  return ({ written, kind }) => {
    if (kind === 'anchor') byAnchor ??= stepsByAnchor(blocks, steps);
    const step = (kind === 'anchor' ? byAnchor?.get(written.toLowerCase()) : undefined) ?? byId.get(written);
    if (step) return { step };
    const near = guess(written);
    return near === undefined ? {} : { guess: near };
  };
}

/** Anchors are numbered over all headings of the document, as on GitHub. */
function stepsByAnchor(blocks: readonly Block[], steps: readonly Unresolved[]): Map<string, Unresolved> {
  const headings = blocks.filter((block) => block.kind === 'heading');
  const anchors = anchorsOf(headings.map(({ text }) => inlineText(text)));
  const byHeading = new Map(steps.map((step) => [step.headingSpan.start, step]));
  return new Map(
    headings.flatMap(({ span }, index) => {
      const step = byHeading.get(span.start);
      return step ? [[anchors[index]!, step] as const] : [];
    }),
  );
}

function readNeeds({ references, at }: WrittenReferences, find: Find, report: Report): Needs {
  if (references.length === 1 && references[0]!.written === 'none') return { kind: 'listed', ids: [] };
  if (references.length === 0) {
    report.error(
      'empty-needs',
      at,
      '`Needs:` must name at least one step. This line names none.',
      'Add step ids, or write `Needs: none`.',
    );
  }
  const ids = references.flatMap((reference) => {
    const { step, guess } = find(reference);
    if (step?.kind === 'step') return [step.id];
    const message = step
      ? `\`Needs:\` must name steps. \`${step.id}\` is a problem, which does not have a place in the order.`
      : `\`Needs:\` must name existing steps. The step \`${reference.written}\` does not exist.`;
    const remedy = guess
      ? `Did you mean \`${guess}\`?`
      : 'Name steps by their ids, separated by commas, or link to their headings.';
    report.error('unknown-needs', at, message, remedy);
    return [];
  });
  return { kind: 'listed', ids: [...new Set(ids)] };
}

/** The step that a problem names. */
function readFor({ references, at }: WrittenReferences, find: Find, report: Report): string | undefined {
  const [reference, another] = references;
  const { step, guess } = reference && !another ? find(reference) : {};
  if (step?.kind === 'step') return step.id;
  const message = another
    ? '`For:` must name one step. This line names several.'
    : step
      ? `\`For:\` must name a step. \`${step.id}\` is a problem.`
      : `\`For:\` must name an existing step. The step \`${reference?.written ?? ''}\` does not exist.`;
  report.error('unknown-for', at, message, guess ? `Did you mean \`${guess}\`?` : 'Name one step by its id.');
  return undefined;
}

/** In the Steps section, a problem without For serves the next step. */
function defaultFor(problem: Unresolved, next: string | undefined, report: Report): string | undefined {
  if (problem.section === 'problems') return undefined;
  if (next === undefined) {
    const message = `The problem \`${problem.id}\` has neither a \`For:\` nor a step after it, so its Fix is tried only when a step fails.`;
    const remedy = 'Name the step in which the problem occurs: `For: …`.';
    report.warning('problem-without-step', problem.headingSpan.start, message, remedy);
  }
  return next;
}

function refuseRepeatedIds(report: Report, steps: readonly Unresolved[]): void {
  const first = new Map<string, Unresolved>();
  for (const step of steps) {
    const other = first.get(step.id);
    if (step.id === '') continue;
    if (!other) {
      first.set(step.id, step);
      continue;
    }
    const message = `Step ids must be unique. \`${step.id}\` is used at line ${other.place.line} and at line ${step.place.line}.`;
    report.error(
      'duplicate-id',
      step.headingSpan.start,
      message,
      'Reword one heading, or name its first fence: `{"name":"…"}`.',
    );
  }
}

/** Two fences that write the same file would undo each other in every pass. */
function refuseRepeatedPaths(report: Report, steps: readonly Unresolved[]): void {
  const first = new Map<string, { readonly line: number }>();
  for (const action of steps.flatMap((step) => step.actions)) {
    if (action.kind !== 'file' || action.path.includes('${')) continue;
    const path = normalPath(action.path);
    const other = first.get(path);
    if (!other) {
      first.set(path, action.place);
      continue;
    }
    const message = `A file must be written by one fence. \`${action.path}\` is written at line ${other.line} and at line ${action.place.line}.`;
    report.error('duplicate-path', action.span.start, message, 'Write each file in one place.');
  }
}

/** The path without `.`, `..` and doubled slashes, without looking at the file system. */
function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/');
}
