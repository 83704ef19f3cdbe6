import type { GuardVerdict } from '../loop/attempt.ts';
import { type FailedAlike, failedAlike } from './failed-alike.ts';
import type { ScriptWait } from './form/knobs.ts';
import { timelessReason } from './form/timeless.ts';
import { type Guard, type GuardInput, PASS } from './guard.ts';
import { madeProgress } from './progress.ts';
import { type Raise, showWaitRaise, waitRaises } from './raises.ts';
import { isRateLimited } from './transient.ts';
import { hypothesisDefects } from './weigh-hypothesis.ts';

/**
 * The same action that failed, with a longer wait. Passes for the first wait, if the wait made progress, or with a
 * convincing hypothesis. Otherwise asks once, then refuses. Refuses at once if the failure does not depend on time.
 */
export const sleepSpiral: Guard = {
  code: 'sleep-spiral',
  judge(input) {
    const alike = failedAlike(input.loop, input.attempt.body);
    if (!alike) return PASS;
    const raises = waitRaises(
      alike.failures.map((each) => each.form.waits),
      alike.form.waits,
    );
    if (raises.length === 0 || madeProgress(attempts(alike))) return PASS;
    if (isRateLimited(alike.failures.at(-1)!.attempt)) return PASS;
    const timeless = timelessReason(alike.failures.at(-1)!.attempt, raises);
    if (timeless) return stop(input, alike, raises, timeless.reason, timeless.evidence, true);
    if (isFirstWait(alike, raises)) return PASS;
    const defects = [...hypothesisDefects(input, attempts(alike)), ...causeDefects(input)];
    if (defects.length === 0) return PASS;
    return stop(input, alike, raises, defects.join(' '), [], wasAsked(input, alike));
  },
};

function attempts(alike: FailedAlike) {
  return alike.failures.map((each) => each.attempt);
}

/** None of the failures waited, and only waiting was tried between them. */
function isFirstWait(alike: FailedAlike, raises: readonly Raise<ScriptWait['kind']>[]): boolean {
  const waits = alike.failures.map((each) => JSON.stringify(each.form.waits));
  return raises.every((each) => each.from === 0) && new Set(waits).size === 1;
}

/** Causes that waiting does not change. */
const NOT_CURED: ReadonlySet<string> = new Set(['binary', 'config', 'credentials', 'port', 'quota']);

function causeDefects({ attempt: { hypothesis } }: GuardInput): string[] {
  if (!hypothesis || !NOT_CURED.has(hypothesis.cause)) return [];
  return [`Waiting does not fix a cause of the kind ${hypothesis.cause}.`];
}

function wasAsked({ loop }: GuardInput, { problem }: FailedAlike): boolean {
  return loop.guards.some(
    (each) => each.code === 'sleep-spiral' && each.problem === problem.id && each.seq > problem.countedFrom,
  );
}

function stop(
  input: GuardInput,
  alike: FailedAlike,
  raises: readonly Raise<ScriptWait['kind']>[],
  why: string,
  evidence: readonly string[],
  refuses: boolean,
): GuardVerdict {
  const last = alike.failures.at(-1)!.attempt;
  const times = alike.failures.length === 1 ? 'once' : `${alike.failures.length} times`;
  const verdict = refuses && alike.form.parsed ? 'refuse' : 'ask';
  return {
    verdict,
    code: 'sleep-spiral',
    reason: `This failed ${times} in the same way (${alike.problem.id}). Now only the wait is longer (${raises.map(showWaitRaise).join(', ')}). ${why}`,
    evidence: [
      ...alike.failures.map(({ attempt }) => `${attempt.attempt} failed after ${attempt.durationMs} ms`),
      ...evidence,
    ],
    nextStep: verdict === 'ask' ? ASK : nextStepAfterRefusal(input, last.findings[0]?.remedy),
    problem: alike.problem.id,
  };
}

const ASK =
  'Call env_observe and read its findings. If time is the cause, send the attempt again with a hypothesis: the mechanism, evidence newer than the failure, and a prediction of 1 to 5 check lines. Instead of a longer wait, prefer a check with `within` for the awaited condition.';

function nextStepAfterRefusal({ attempt }: GuardInput, remedy: string | undefined): string {
  const first =
    remedy === undefined
      ? 'Call env_observe: its first finding is the most likely cause.'
      : `Most likely cause first: ${remedy}`;
  return `${first} Change something other than the wait of ${attempt.step}, send new evidence with a new hypothesis about time, or call escalate. A person can allow it with \`runbook resume\`.`;
}
