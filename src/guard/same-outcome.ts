import { maskNumbers } from '../base/mask-numbers.ts';
import { type Attempt, type GuardVerdict, hasFailed } from '../loop/attempt.ts';
import type { ProblemRecord } from '../loop/loop.ts';
import { showTime } from './form/measure.ts';
import { normalForm } from './form/normal-form.ts';
import { type Guard, type GuardInput, PASS } from './guard.ts';
import { raisesWhatWasMeasured } from './limit-raise.ts';
import { madeProgress } from './progress.ts';
import { isRateLimited } from './transient.ts';
import { hypothesisDefects } from './weigh-hypothesis.ts';

/**
 * The same failure came back although the last attempt had other numbers, or ran longer; and now the same part changes
 * again. This judges by outcome: it needs no knowledge of what waits, in which language, or which option is a limit.
 */
export const sameOutcome: Guard = {
  code: 'same-outcome',
  judge(input) {
    const pair = lastTwoAlike(input);
    if (!pair) return PASS;
    const [first, second, problem] = pair;
    const failures = [first, second];
    if (madeProgress(failures) || isRateLimited(second) || raisesWhatWasMeasured(input)) return PASS;
    const what = onlyNumbers(input, first, second) ?? isUnrelated(input, first, second);
    if (what === undefined) return PASS;
    const defects = hypothesisDefects(input, failures);
    return defects.length === 0 ? PASS : stop(input, { first, second, problem, what, defects });
  },
};

/** The last two failures of an open problem, with nothing done or edited since that could have fixed it. */
function lastTwoAlike({ attempt, loop }: GuardInput): readonly [Attempt, Attempt, ProblemRecord] | undefined {
  const problem =
    loop.problems.findLast(
      ({ state, steps, failures }) =>
        (state === 'open' || state === 'stopped') && failures.length > 1 && steps.includes(attempt.step),
    ) ?? loop.problems.findLast(({ state, failures }) => state === 'open' && failures.length > 1);
  if (!problem || (attempt.changedSince ?? []).length > 0) return undefined;
  const [first, second] = loop.attempts
    .filter(
      (each) => problem.failures.includes(each.attempt) && each.seq > problem.countedFrom && hasFailed(each),
    )
    .slice(-2);
  if (!first || !second) return undefined;
  const acted = loop.attempts.some(
    (each) => each.seq > first.seq && (each.status === 'succeeded' || each.undone),
  );
  return acted ? undefined : [first, second, problem];
}

/** In the script or in the files that it reads, from each attempt to the next. */
function onlyNumbers({ attempt }: GuardInput, first: Attempt, second: Attempt): string | undefined {
  const [a, b, c] = [first, second, attempt].map(({ body }) => normalForm(body));
  const shapes = new Set([a, b, c].map((each) => maskNumbers(each!.core)));
  if (shapes.size > 1) return undefined;
  const inFiles = (second.edited ?? []).length > 0 && (attempt.numbersSince ?? []).length > 0;
  if (inFiles) return `numbers in ${attempt.numbersSince!.join(', ')}`;
  return a!.exact !== b!.exact && b!.exact !== c!.exact ? 'numbers' : undefined;
}

/** A longer run counts from this on. */
const LONGER_MS = 100;

/**
 * The parts that changed touch nothing that the common part names, and the last change made the run longer without another
 * outcome.
 */
function isUnrelated({ attempt }: GuardInput, first: Attempt, second: Attempt): string | undefined {
  if (second.actedMs < first.actedMs + LONGER_MS) return undefined;
  const scripts = [first, second, attempt].map(({ body }) =>
    normalForm(body).core.split('\n').map(maskNumbers),
  );
  const [a, b, c] = scripts as [string[], string[], string[]];
  const common = c.filter((line) => isCommand(line) && a.includes(line) && b.includes(line));
  if (common.length === 0) return undefined;
  const kept = new Set(common);
  const named = new Set(common.flatMap(namesIn));
  const others = [...b, ...c].filter((line) => isCommand(line) && !kept.has(line));
  if (others.length === 0 || others.some((line) => namesIn(line).some((name) => named.has(name))))
    return undefined;
  return `what runs next to \`${common[0]!.slice(0, 80)}\``;
}

function isCommand(line: string): boolean {
  if (/^(?:declare|local|export|readonly|typeset)\b|^\w+=\S*$/.test(line)) return false;
  return /\w/.test(line) && !/^(?:shell|bash|sh)\b[^\n]{0,20}$/.test(line);
}

/** Words that may be paths, programs, hosts or units. */
function namesIn(line: string): string[] {
  return (line.match(/[A-Za-z_/.][\w./-]{2,}/g) ?? []).map((word) => word.replace(/^\.\//, ''));
}

interface Outcome {
  readonly first: Attempt;
  readonly second: Attempt;
  readonly problem: ProblemRecord;
  readonly what: string;
  readonly defects: readonly string[];
}

function stop(
  { attempt, loop }: GuardInput,
  { first, second, problem, what, defects }: Outcome,
): GuardVerdict {
  const longer = second.actedMs >= first.actedMs + LONGER_MS;
  const text = attempt.body.run.map((each) => each.text).join('\n');
  const code = longer ? 'sleep-spiral' : SIZE_WORDS.test(text) ? 'limit-raise' : 'circles';
  const wasAsked = loop.guards.some((each) => each.problem === problem.id && each.seq > second.seq);
  return {
    verdict: wasAsked ? 'refuse' : 'ask',
    code,
    reason: `The same failure came back (${problem.id}) although ${longer ? 'the last attempt ran longer' : 'the numbers were different'}. Now only ${what} changes again. ${defects.join(' ')}`,
    evidence: [first, second].map((each) => `${each.attempt} failed after ${showTime(each.actedMs)}`),
    nextStep: `${second.findings[0]?.remedy ?? 'Call env_observe and read its findings.'} Change something other than this, send a hypothesis with evidence about what failed, or call escalate.`,
    problem: problem.id,
  };
}

const SIZE_WORDS = /mem|heap|xm[xs]|cpu|storage|disk|limit|ulimit|buffer|pool|cache/i;
