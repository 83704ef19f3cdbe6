import type { BackgroundProcess } from '../../model/box.ts';
import type { Step } from '../../model/runbook.ts';
import { clusterQuestion, comparesAlone } from './actions/cluster-question.ts';
import {
  backgroundQuestion,
  type CheckContext,
  type CheckQuestion,
  fileFenceCheck,
  questionOf,
} from './checks.ts';

/** Everything that shows whether a step holds: its Verify, its file fences, its background processes. */
export function questionsOf(
  step: Step,
  asking: CheckContext,
  background: ReadonlyMap<number, BackgroundProcess>,
): CheckQuestion[] {
  const onlyFiles = step.actions.every((action) => action.kind !== 'shell' || action.always);
  return [
    ...step.verify.map((check) => questionOf(check, asking)),
    ...step.actions.flatMap((action, index) => {
      if (action.kind === 'file') return [fileFenceCheck(action, onlyFiles, asking)];
      if (action.kind === 'shell' && action.background !== 'no')
        return [backgroundQuestion(action, background.get(index), asking)];
      if (
        action.kind === 'apply' ||
        action.kind === 'registry' ||
        (action.kind === 'patch' && comparesAlone(action))
      )
        return [clusterQuestion(action, onlyFiles, asking)];
      return [];
    }),
  ];
}
