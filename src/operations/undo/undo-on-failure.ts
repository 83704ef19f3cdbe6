import type { ActReason } from '../../model/outcome.ts';
import type { ReplayReport } from '../../model/reports/report.ts';
import type { Pass } from '../pass/pass.ts';
import type { Outcomes } from '../pass/walk.ts';
import { type Undoable, undoSteps, withoutUndo } from './undo-steps.ts';

type Undone = NonNullable<ReplayReport['undone']>;

/**
 * After a failure: takes back what this pass did, the failed step first. A step without Undo ends it, because what it
 * needed must stay; a step that an earlier pass had done stays too, because it was there before.
 */
export async function undoOnFailure(pass: Pass, outcomes: Outcomes): Promise<Undone> {
  const done = actedHere(pass, outcomes);
  const stays = new Set(withoutUndo(done));
  const end = done.findIndex(({ id }) => stays.has(id));
  const reachable = end < 0 ? done : done.slice(0, end);
  const { undone, failed } = await undoSteps(pass, reachable, undefined);
  const gone = new Set(undone.map(({ id }) => id));
  const left = done.filter(({ id }) => !gone.has(id)).map(({ id }) => id);
  const stop = failed ?? (end < 0 ? undefined : { id: done[end]!.id, message: 'it has no Undo' });
  return {
    steps: undone.map(({ id }) => id),
    remaining: left,
    ...(stop === undefined ? {} : { stoppedBy: stop.id, because: stop.message }),
  };
}

/** One line for the end of the pass. */
export function undoneText({ steps, remaining, stoppedBy, because }: Undone): string {
  const undone = steps.length > 0 ? `Undone: ${steps.join(', ')}.` : 'Nothing was undone.';
  if (stoppedBy === undefined) return undone;
  return `${undone} Stopped at "${stoppedBy}": ${because}. Remaining: ${remaining.join(', ')}.`;
}

/** Why a step acts that has not acted here before. */
const FIRST: ReadonlySet<ActReason> = new Set(['new', 'failed-before', 'interrupted']);

/** Steps that acted in this pass and not before, in reverse; a failed one may have done a part. */
function actedHere(pass: Pass, outcomes: Outcomes): Undoable[] {
  const found = pass.plan.steps.flatMap((planned): Undoable[] => {
    const { id, title, undo } = planned.step;
    const outcome = outcomes.get(id);
    const memory = pass.journal.memory.get(id);
    const isHere = (outcome?.kind === 'acted' || outcome?.kind === 'failed') && FIRST.has(outcome.reason);
    // A confirmation by an earlier pass stays, whatever has failed since.
    if (!isHere || !memory || (outcome.kind === 'failed' && memory.actedSeq > 0)) return [];
    return [{ id, title, memory, planned, undo, recorded: false }];
  });
  return found.reverse();
}
