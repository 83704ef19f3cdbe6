import { type Attempt, type GuardVerdict, hasFailed, type StepBody } from '../loop/attempt.ts';
import type { LoopState, ProblemRecord } from '../loop/loop.ts';
import { formHash, normalForm } from './form/normal-form.ts';
import { type Guard, type GuardInput, PASS } from './guard.ts';
import { madeProgress } from './progress.ts';
import { isTransient } from './transient.ts';
import { failedAt, hypothesisDefects } from './weigh-hypothesis.ts';

/** Rounds of distinct actions with the same fingerprint after which an explanation, and then a person, is needed. */
const ASK_AFTER = 3;
const STOP_AFTER = 5;
/** Failures on a box without progress after which all work stops. */
const BOX_STOP_AFTER = 12;

/**
 * Attempts without progress: the same failure after every action, the same action on an unchanged box, or one failure
 * after another.
 */
export const circles: Guard = {
  code: 'circles',
  judge(input) {
    const failures = failuresWithoutProgress(input.loop);
    if (failures >= BOX_STOP_AFTER) return boxStop(failures);
    const problem = problemOf(input);
    if (!problem) return PASS;
    if (problem.state === 'stopped') return stopped(problem);
    if (problem.rounds.length >= STOP_AFTER) return problemStop(input, problem);
    if (problem.rounds.length >= ASK_AFTER) return askAfterRounds(input, problem);
    return judgeRepetition(input, problem);
  },
};

/** The unsolved problem that an attempt belongs to: by its step, its action, or a check that failed. */
function problemOf({ attempt, loop }: GuardInput): ProblemRecord | undefined {
  const form = formHash(normalForm(attempt.body));
  const checks = checkLines(attempt.body.verify);
  return loop.problems.findLast((problem) => {
    if (problem.state !== 'open' && problem.state !== 'stopped') return false;
    const failed = loop.attempts.filter((each) => problem.failures.includes(each.attempt));
    return (
      problem.steps.includes(attempt.step) ||
      failed.some((each) => each.form === form) ||
      problem.failedChecks.some((each) => checks.has(each))
    );
  });
}

function checkLines(verify: GuardInput['attempt']['body']['verify']): ReadonlySet<string> {
  const lines = verify.filter((each) => each.lang === 'check').flatMap((each) => each.text.split('\n'));
  return new Set(
    lines.map((line) =>
      line
        .trim()
        .replace(/\s+/g, ' ')
        .replace(/ within \S+$/, ''),
    ),
  );
}

/** Failures since the last progress, which is a failed check that passed or a failed step that succeeded. */
function failuresWithoutProgress({ attempts, resumedAt, problems }: LoopState): number {
  const from = Math.max(resumedAt, ...problems.map((each) => each.countedFrom));
  const bad = new Set<string>();
  let count = 0;
  for (const attempt of attempts) {
    if (turnsBetter(attempt, bad)) count = 0;
    else if (hasFailed(attempt) && attempt.seq > from) count++;
    noteBad(attempt, bad);
  }
  return count;
}

function turnsBetter(attempt: Attempt, bad: ReadonlySet<string>): boolean {
  const passed = attempt.checks.filter((each) => each.verdict === 'pass').map(checkName);
  const succeeded = attempt.status === 'succeeded' ? [`step ${attempt.step}`] : [];
  return [...passed, ...succeeded].some((each) => bad.has(each));
}

function checkName({ check }: { readonly check: string }): string {
  return `check ${check.replace(/ within \S+$/, '')}`;
}

function noteBad(attempt: Attempt, bad: Set<string>): void {
  for (const row of attempt.checks) {
    if (row.verdict === 'pass') bad.delete(checkName(row));
    else bad.add(checkName(row));
  }
  if (hasFailed(attempt)) bad.add(`step ${attempt.step}`);
  if (attempt.status === 'succeeded') bad.delete(`step ${attempt.step}`);
}

function failuresOf({ loop }: GuardInput, problem: ProblemRecord): readonly Attempt[] {
  return loop.attempts.filter(
    (each) => problem.failures.includes(each.attempt) && each.seq > problem.countedFrom,
  );
}

/** After three rounds: requires an observation of the box since the last failure, and a hypothesis. */
function askAfterRounds(input: GuardInput, problem: ProblemRecord): GuardVerdict {
  const failures = failuresOf(input, problem);
  const last = failures.at(-1);
  const looked = input.loop.evidence.some(
    (each) => each.kind === 'observation' && last !== undefined && Date.parse(each.at) >= failedAt(last),
  );
  const missing = [
    ...(looked ? [] : ['The box was not observed since the last failure.']),
    ...hypothesisDefects(input, failures),
  ];
  if (missing.length === 0) return PASS;
  return {
    verdict: 'ask',
    code: 'circles',
    reason: `${problem.rounds.length} different actions ended in the same failure (${problem.id}). ${missing.join(' ')}`,
    evidence: failures.map(attemptLine),
    nextStep: `Call env_observe, compare with the last snapshot, and read its findings. Call find_fix with the error. Then send the attempt with a hypothesis about ${problem.id}; after ${STOP_AFTER} different actions a person is needed.`,
    problem: problem.id,
  };
}

/** The same action again, without a change that could have fixed it. */
function judgeRepetition(input: GuardInput, problem: ProblemRecord): GuardVerdict {
  const { attempt, loop } = input;
  const form = formHash(normalForm(attempt.body));
  const failures = failuresOf(input, problem);
  const repeated = failures.filter(
    (each) =>
      each.form === form && each.inputs === attempt.inputs && isVerifiedAlike(each.body, attempt.body),
  );
  const last = repeated.at(-1);
  if (!last || hasChanged(input, last)) return PASS;
  const inARow = unchangedRun(loop, repeated);
  if (isTransient(last) && inARow < 2) return PASS;
  if (madeProgress(failures)) return PASS;
  if (hypothesisDefects(input, failures).length === 0) return PASS;
  const transient = isTransient(last) ? ' It looked transient, and one retry did not help.' : '';
  return {
    verdict: 'ask',
    code: 'circles',
    reason: `This is the same action that failed as ${last.attempt}, and no change since then is known.${transient}`,
    evidence: repeated.map(attemptLine),
    nextStep:
      'Change something first: act on the findings of that failure, or call env_observe to get findings. If the same action should work now, send a hypothesis with evidence newer than the failure and a prediction.',
    problem: problem.id,
  };
}

/** With different checks an action may pass. sleep-spiral and pretend-success handle weaker checks. */
function isVerifiedAlike(a: StepBody, b: StepBody): boolean {
  return JSON.stringify(a.verify) === JSON.stringify(b.verify);
}

function hasChanged({ attempt, loop }: GuardInput, last: Attempt): boolean {
  const acted = loop.attempts.some(
    (each) => each.seq > last.seq && (each.status === 'succeeded' || each.undone),
  );
  // A second edit that touches only numbers is judged by same-outcome.
  return acted || [...(attempt.changedSince ?? []), ...(attempt.numbersSince ?? [])].length > 0;
}

/** How often the action failed in a row without another action in between. */
function unchangedRun(loop: LoopState, repeated: readonly Attempt[]): number {
  const lastSuccess = loop.attempts.findLast((each) => each.status === 'succeeded')?.seq ?? 0;
  return repeated.filter((each) => each.seq > lastSuccess).length;
}

function problemStop(input: GuardInput, problem: ProblemRecord): GuardVerdict {
  return {
    verdict: 'refuse',
    code: 'circles',
    reason: `${problem.rounds.length} different actions ended in the same failure (${problem.id}). Work on it stops here; steps that do not need it can continue.`,
    evidence: failuresOf(input, problem).map(attemptLine),
    nextStep: `Call escalate: say what was tried, what each attempt changed, what is known, and which question a person must answer. Work on independent steps meanwhile. A person continues with \`runbook resume ${problem.id}\`.`,
    stops: 'problem',
    problem: problem.id,
  };
}

function stopped(problem: ProblemRecord): GuardVerdict {
  return {
    verdict: 'refuse',
    code: 'circles',
    reason: `${problem.id} is stopped and waits for a person${problem.reason === undefined ? '' : `: ${problem.reason}`}`,
    evidence: problem.failures.map((each) => `${each} failed with ${problem.id}`),
    nextStep: `Work on independent steps. A person continues with \`runbook resume ${problem.id}\`.`,
    problem: problem.id,
  };
}

function boxStop(failures: number): GuardVerdict {
  return {
    verdict: 'refuse',
    code: 'circles',
    reason: `${failures} failures on this box, and since the first of them no failed check has passed.`,
    evidence: [`${failures} failed attempts since the last progress`],
    nextStep:
      'Stop changing this box. Call escalate with what was tried and what is known. A person continues with `runbook resume`; a clean box may be faster.',
    stops: 'box',
  };
}

function attemptLine(attempt: Attempt): string {
  return `${attempt.attempt} (${attempt.step}): ${attempt.status}`;
}
