import type { Check } from '../model/check.ts';
import { cannotFail } from './cannot-fail.ts';
import { type CheckChange, checkChanges } from './check-changes.ts';
import { type Guard, PASS } from './guard.ts';
import { stagedSuccess } from './staged-success.ts';
import { hypothesisDefects } from './weigh-hypothesis.ts';

/**
 * A step that passes because its checks are weaker. Removing every check, or adding one that cannot fail, is refused.
 * Removing or weakening a check needs a hypothesis, and the saved problem records the old and the new check.
 */
export const pretendSuccess: Guard = {
  code: 'pretend-success',
  judge(input) {
    const { checks } = input.attempt;
    if (!checks) return PASS;
    const staged = stagedSuccess(input);
    if (staged !== undefined) return refusedStaged(staged);
    const known = new Set(checks.before.map((each) => each.text));
    for (const check of checks.after.filter((each) => !known.has(each.text))) {
      const why = cannotFail(check);
      if (why !== undefined) return refusedIdle(check, why);
    }
    if (checks.before.length > 0 && checks.after.length === 0) return refusedNone(checks.before);
    const changes = checkChanges(checks.before, checks.after);
    const failures = input.loop.attempts.filter(
      (each) => each.step === input.attempt.step && each.fingerprint,
    );
    if (changes.length === 0 || hypothesisDefects(input, failures).length === 0) return PASS;
    return asked(changes);
  },
};

function refusedStaged(how: string) {
  return {
    verdict: 'refuse',
    code: 'pretend-success',
    reason: `This would pass the check without solving the problem. ${how}`,
    evidence: [how],
    nextStep:
      'Find out why the command fails: read the findings of its last failure, or call env_observe. Let the command itself produce what the check reads. If the check is wrong, replace it and explain with a hypothesis.',
  } as const;
}

function refusedIdle(check: Check, why: string) {
  return {
    verdict: 'refuse',
    code: 'pretend-success',
    reason: `A check must be able to fail. \`${check.text}\` cannot: ${why}.`,
    evidence: [`new check: ${check.text}`],
    nextStep:
      'Write a check that fails until the step has done its work: check the port, the file content or the response that it produces.',
  } as const;
}

function refusedNone(before: readonly Check[]) {
  return {
    verdict: 'refuse',
    code: 'pretend-success',
    reason: `A step needs a check. All checks of this step are removed (${before.length}), so nothing would show that it works.`,
    evidence: before.map((each) => `removed: ${each.text}`),
    nextStep:
      'Keep at least one check of the purpose of the step. If a check is wrong, replace it by a correct one and explain with a hypothesis.',
  } as const;
}

function asked(changes: readonly CheckChange[]) {
  return {
    verdict: 'ask',
    code: 'pretend-success',
    reason: `The checks of this step are weaker than before: ${changes.map((each) => each.what).join('; ')}.`,
    evidence: changes.map((each) => `${each.before} → ${each.after ?? 'removed'}`),
    nextStep:
      'If the old check was wrong, explain with a hypothesis (cause config, or the actual cause), evidence and a prediction. The old and the new check are then recorded in the problem. Otherwise keep the check and change what it tests.',
  } as const;
}
