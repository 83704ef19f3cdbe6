import type { StepMemory } from '../model/journal.ts';

/** A step of the document, as the journal would record it. */
export interface KnownStep {
  readonly id: string;
  readonly action: string;
}

/**
 * Which journaled steps have another id in the document now: an unknown id whose action equals exactly one journaled
 * step that is gone. If two unknown ids match, neither is used, because a wrong guess might skip a step that never ran.
 * @returns old ids by new ones
 */
export function findRenames(
  memory: ReadonlyMap<string, StepMemory>,
  steps: readonly KnownStep[],
): ReadonlyMap<string, string> {
  const present = new Set(steps.map((step) => step.id));
  const gone = groupByAction(
    [...memory].filter(([id]) => !present.has(id)).map(([id, { action }]) => ({ id, action })),
  );
  const unknown = groupByAction(steps.filter((step) => !memory.has(step.id)));
  const renames = new Map<string, string>();
  for (const [action, [to, ...others]] of unknown) {
    const [from, ...more] = gone.get(action) ?? [];
    if (to !== undefined && from !== undefined && others.length === 0 && more.length === 0)
      renames.set(to, from);
  }
  return renames;
}

function groupByAction(steps: readonly KnownStep[]): Map<string, string[]> {
  const byAction = new Map<string, string[]>();
  for (const { id, action } of steps) {
    const ids = byAction.get(action);
    if (ids) ids.push(id);
    else byAction.set(action, [id]);
  }
  return byAction;
}
