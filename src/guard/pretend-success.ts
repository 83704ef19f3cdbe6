import type { Check } from '../model/check.ts';
import { cannotFail } from './cannot-fail.ts';
import { type CheckChange, checkChanges } from './check-changes.ts';
import { type Guard, PASS } from './guard.ts';
import { hypothesisDefects } from './weigh-hypothesis.ts';

/**
 * A step that passes because less is asked of it. Taking away every check, or putting one that cannot fail, is refused;
 * a check less or a looser one is asked about, and the saved problem states old and new.
 */
export const pretendSuccess: Guard = {
  code: 'pretend-success',
  judge(input) {
    const { checks } = input.attempt;
    if (!checks) return PASS;
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

function refusedIdle(check: Check, why: string) {
  return {
    verdict: 'refuse',
    code: 'pretend-success',
    reason: `\`${check.text}\` cannot fail: ${why}. A step that it confirms is not confirmed.`,
    evidence: [`new check: ${check.text}`],
    wayOn:
      'Write a check that fails while the step has not done its work: ask for the port, the file content or the answer that it is for.',
  } as const;
}

function refusedNone(before: readonly Check[]) {
  return {
    verdict: 'refuse',
    code: 'pretend-success',
    reason: `All checks of this step are taken away (${before.length}), so nothing could show that it works.`,
    evidence: before.map((each) => `gone: ${each.text}`),
    wayOn:
      'Keep at least one check of what the step is for. If a check is wrong, replace it by one that asks the same thing rightly, and say why with a hypothesis.',
  } as const;
}

function asked(changes: readonly CheckChange[]) {
  return {
    verdict: 'ask',
    code: 'pretend-success',
    reason: `Less is asked of this step than before: ${changes.map((each) => each.what).join('; ')}.`,
    evidence: changes.map((each) => `${each.before} → ${each.after ?? 'gone'}`),
    wayOn:
      'If the old check was wrong, say why with a hypothesis (cause config, or what it is), evidence and a prediction; old and new check will be written into the problem. Else keep the check and change what it tests.',
  } as const;
}
