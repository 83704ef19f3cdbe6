import type { Attempt, ChangeRow } from './attempt.ts';

/** A change on the box that replaying the kept steps would not make. */
export interface Leftover {
  readonly change: ChangeRow;
  readonly attempt: string;
}

/**
 * Changes left by attempts that are not kept. For each subject the last change counts. Omitted: a change that a kept
 * attempt later made again or overwrote, and an addition that was removed again.
 */
export function leftoversOf(attempts: readonly Attempt[], kept: ReadonlySet<string>): readonly Leftover[] {
  const byThing = new Map<string, Leftover[]>();
  for (const { attempt, changed } of attempts) {
    for (const change of changed) {
      const thing = `${change.scope} ${change.subject}`;
      byThing.set(thing, [...(byThing.get(thing) ?? []), { change, attempt }]);
    }
  }
  return [...byThing.values()].flatMap((history) => {
    const last = history.at(-1)!;
    const isKept = history.some((each) => kept.has(each.attempt) && each.change.after === last.change.after);
    const isUndone = history[0]!.change.kind === 'added' && last.change.kind === 'removed';
    return isKept || isUndone || kept.has(last.attempt) ? [] : [last];
  });
}
