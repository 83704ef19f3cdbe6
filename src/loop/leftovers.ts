import type { Attempt, ChangeRow } from './attempt.ts';

/** A change on the box that a replay of what is kept would not make. */
export interface Leftover {
  readonly change: ChangeRow;
  readonly attempt: string;
}

/**
 * What attempts that are not kept left behind: of each thing that they changed, the last change, unless a kept attempt
 * changed it later or left it the same, or it was added and taken away again.
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
