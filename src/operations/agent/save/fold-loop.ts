import { type Fold, fold } from '../../../loop/fold.ts';
import type { LoopState } from '../../../loop/loop.ts';
import type { Runbook } from '../../../model/runbook.ts';

/** Folds the work on one box against the document. */
export function foldLoop(
  loop: LoopState,
  box: string,
  runbook: Runbook,
  unaccounted: readonly string[] = [],
): Fold {
  return fold({
    attempts: loop.attempts.filter((each) => each.box === box),
    problems: loop.problems.filter((each) => each.box === box),
    documented: new Set(runbook.steps.filter(({ kind }) => kind === 'step').map(({ id }) => id)),
    unaccounted,
  });
}
