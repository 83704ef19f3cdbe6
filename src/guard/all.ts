import type { GuardVerdict } from '../loop/attempt.ts';
import { circles } from './circles.ts';
import { exoticExplanation } from './exotic-explanation.ts';
import type { Guard, GuardInput } from './guard.ts';
import { PASS } from './guard.ts';
import { limitRaise } from './limit-raise.ts';
import { nestedLimits } from './nested-limits.ts';
import { pretendSuccess } from './pretend-success.ts';
import { sleepSpiral } from './sleep-spiral.ts';

/** Every guard, in the order in which their words are worth most: what is plainly wrong before what goes round. */
export const GUARDS: readonly Guard[] = [
  exoticExplanation,
  pretendSuccess,
  nestedLimits,
  sleepSpiral,
  limitRaise,
  circles,
];

/** What is said of an attempt before it runs: the first refusal, else the first question, else a pass. */
export function judgeAttempt(input: GuardInput): GuardVerdict {
  const verdicts = GUARDS.map((guard) => guard.judge(input));
  return (
    verdicts.find((each) => each.verdict === 'refuse') ??
    verdicts.find((each) => each.verdict === 'ask') ??
    PASS
  );
}
