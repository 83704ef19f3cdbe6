import type { GuardVerdict } from '../loop/attempt.ts';
import { circles } from './circles.ts';
import { exoticExplanation } from './exotic-explanation.ts';
import type { Guard, GuardInput } from './guard.ts';
import { PASS } from './guard.ts';
import { limitRaise } from './limit-raise.ts';
import { nestedLimits } from './nested-limits.ts';
import { pretendSuccess } from './pretend-success.ts';
import { sameOutcome } from './same-outcome.ts';
import { sleepSpiral } from './sleep-spiral.ts';

/** Every guard. Plain mistakes come before repetition, because their messages are more helpful. */
export const GUARDS: readonly Guard[] = [
  exoticExplanation,
  pretendSuccess,
  nestedLimits,
  sleepSpiral,
  limitRaise,
  sameOutcome,
  circles,
];

/** The decision about an attempt before it runs: the first refusal, else the first question, else a pass. */
export function judgeAttempt(input: GuardInput): GuardVerdict {
  const verdicts = GUARDS.map((guard) => guard.judge(input));
  return (
    verdicts.find((each) => each.verdict === 'refuse') ??
    verdicts.find((each) => each.verdict === 'ask') ??
    PASS
  );
}
