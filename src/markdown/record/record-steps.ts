import type { Runbook, Step } from '../../model/runbook.ts';
import type { LearnedProblem, LearnedStep } from './learned.ts';
import { oneLine, renderProblem, renderStep } from './render.ts';
import { slugOf } from './slug.ts';

/** A block to insert at some place. */
export interface Insertion {
  readonly at: number;
  /** Ends with one line end. */
  readonly text: string;
}

/** Where new steps and problems go: among existing entries, or at the end of a section without entries. */
export interface PlacedSteps {
  readonly insertions: readonly Insertion[];
  /** For the end of the Steps section, in order. */
  readonly steps: readonly string[];
  /** For the end of the Problems section. */
  readonly problems: readonly string[];
}

/** An existing or new entry of the Steps section, in its final order. */
interface Item {
  readonly id: string;
  readonly old?: Step;
  readonly text?: string;
}

/** Puts each new step after the step that it follows, and each problem next to the step it serves. */
export function placeSteps(
  runbook: Runbook,
  steps: readonly LearnedStep[],
  problems: readonly LearnedProblem[],
): PlacedSteps {
  const known = runbook.steps.filter((each) => each.section === 'steps');
  let items: Item[] = known.map((old) => ({ id: old.id, old }));
  const fresh = steps.filter((each) => each.kind === 'new' && !items.some(({ id }) => id === each.id));
  for (const step of fresh) items = withStep(items, step);
  const taken = new Set([...runbook.steps.map(({ id }) => id), ...items.map(({ id }) => id)]);
  const unknown = problems.filter((each) => !isRecorded(runbook, each));
  for (const problem of unknown.filter(({ placement }) => placement !== 'problems')) {
    items = withProblem(items, withFreeTitle(problem, taken));
  }
  const reactive = unknown.filter(({ placement }) => placement === 'problems');
  return {
    ...anchored(items),
    problems: reactive.map((each) => renderProblem(withFreeTitle(each, taken))),
  };
}

function withStep(items: readonly Item[], step: LearnedStep): Item[] {
  const item = { id: step.id, text: renderStep(step.id, step.body, step.note) };
  const before = items.findIndex(({ id }) => id === step.after);
  if (before < 0) return step.after === undefined ? [item, ...items] : [...items, item];
  let at = before + 1;
  // Problems placed after a step belong to it.
  while (items[at]?.old?.kind === 'problem' && items[at]?.old?.for === step.after) at++;
  return items.toSpliced(at, 0, item);
}

function withProblem(items: readonly Item[], problem: LearnedProblem): Item[] {
  const item = { id: slugOf(problem.title), text: renderProblem(problem) };
  const served = items.findIndex(({ id }) => id === problem.for);
  if (served < 0) return [...items, item];
  return items.toSpliced(problem.placement === 'before' ? served : served + 1, 0, item);
}

/** Each run of new items goes directly after the existing item before it, or before the first one. */
function anchored(items: readonly Item[]): Pick<PlacedSteps, 'insertions' | 'steps'> {
  const first = items.find(({ old }) => old)?.old;
  if (!first) return { insertions: [], steps: items.flatMap(({ text }) => text ?? []) };
  let at = first.span.start;
  const insertions: Insertion[] = [];
  for (const { old, text } of items) {
    if (old) at = old.span.end;
    if (text !== undefined) insertions.push({ at, text });
  }
  return { insertions, steps: [] };
}

/** A problem with the same Fix is already recorded. */
function isRecorded({ steps }: Runbook, problem: LearnedProblem): boolean {
  const fix = problem.fix.map(({ text }) => text.trim()).join('\n');
  return steps.some((each) => {
    if (each.kind !== 'problem') return false;
    const sameFix = each.actions.map(({ text }) => text.trim()).join('\n') === fix;
    const sameServed = each.for === problem.for || each.for === undefined;
    return sameFix && sameServed && (fix !== '' || each.title === oneLine(problem.title));
  });
}

/** Makes a heading unique, because two entries with one heading would be ambiguous. */
function withFreeTitle(problem: LearnedProblem, taken: Set<string>): LearnedProblem {
  let title = oneLine(problem.title);
  for (let number = 2; taken.has(slugOf(title)); number++) title = `${oneLine(problem.title)} (${number})`;
  taken.add(slugOf(title));
  return { ...problem, title };
}
