import type { BackgroundProcess } from '../../model/box.ts';
import type { Step } from '../../model/runbook.ts';
import { actionRow } from './actions/all.ts';
import { type CheckContext, type CheckQuestion, questionOf } from './checks.ts';

/** Everything that shows whether a step holds: its Verify, its file fences, its background processes. */
export function questionsOf(
  step: Step,
  asking: CheckContext,
  background: ReadonlyMap<number, BackgroundProcess>,
): CheckQuestion[] {
  const covering = step.actions.every((action) => action.kind !== 'shell' || action.always);
  return [
    ...step.verify.map((check) => questionOf(check, asking)),
    ...step.actions.flatMap(
      (action, index) =>
        actionRow(action).check(action, { asking, covering, background: background.get(index) }) ?? [],
    ),
  ];
}
