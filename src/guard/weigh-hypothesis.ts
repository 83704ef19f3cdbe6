import type { Attempt } from '../loop/attempt.ts';
import type { Hypothesis } from '../loop/hypothesis.ts';
import { showTime } from './form/measure.ts';
import type { GuardInput } from './guard.ts';

/** When an attempt failed: its evidence is from then on. Milliseconds since the epoch. */
export function failedAt(attempt: Pick<Attempt, 'startedAt' | 'actedMs'>): number {
  return attempt.startedAt + attempt.actedMs;
}

/**
 * What a hypothesis lacks to carry an attempt past a guard, one sentence each; empty: it carries.
 *
 * It must name a mechanism, rest on known evidence of which some is younger than the last failure, foretell 1 to 5
 * typed checks of which at least one does not pass yet, and not have been tried: one hypothesis buys one attempt.
 */
export function hypothesisDefects(input: GuardInput, failures: readonly Attempt[]): readonly string[] {
  const { hypothesis } = input.attempt;
  if (!hypothesis) return ['No hypothesis was given.'];
  return [
    ...mechanismDefects(hypothesis),
    ...evidenceDefects(input, hypothesis, failures),
    ...predictionDefects(input),
    ...spentDefects(hypothesis, failures),
  ];
}

function mechanismDefects({ mechanism }: Hypothesis): string[] {
  return words(mechanism).length >= 3
    ? []
    : ['The mechanism does not say how the cause brings about the failure.'];
}

function evidenceDefects(
  { loop, now }: GuardInput,
  { evidence }: Hypothesis,
  failures: readonly Attempt[],
): string[] {
  if (evidence.length === 0) return ['It cites no evidence.'];
  const unknown = evidence.filter((id) => !loop.evidence.some((each) => each.id === id));
  if (unknown.length > 0) return [`There is no evidence ${unknown.join(', ')}.`];
  const last = failures.at(-1);
  const cited = loop.evidence.filter((each) => evidence.includes(each.id));
  const youngest = Math.max(...cited.map((each) => Date.parse(each.at)));
  if (!last || youngest >= failedAt(last)) return [];
  const age = showTime(Math.max(0, now - youngest));
  const failure = showTime(Math.max(0, now - failedAt(last)));
  return [`Its youngest evidence is ${age} old; the last failure was ${failure} ago.`];
}

function predictionDefects({ attempt: { prediction } }: GuardInput): string[] {
  if (prediction.length < 1 || prediction.length > 5) return ['A prediction is 1 to 5 typed check lines.'];
  const untyped = prediction.filter((row) => row.before === undefined);
  if (untyped.length > 0) return untyped.map((row) => `\`${row.check}\` is no typed check.`);
  const allHold = prediction.every((row) => row.before === 'pass');
  return allHold ? ['Every line of its prediction passes already, so it foretells nothing.'] : [];
}

function spentDefects(hypothesis: Hypothesis, failures: readonly Attempt[]): string[] {
  const spent = failures.find((each) => each.hypothesis && isSame(each.hypothesis, hypothesis));
  return spent ? [`The same explanation was tried with ${spent.attempt}, which failed in the same way.`] : [];
}

/** The same cause, in the same words but for order and numbers. */
function isSame(a: Hypothesis, b: Hypothesis): boolean {
  const bag = (text: string): string => [...new Set(words(text))].sort().join(' ');
  return a.cause === b.cause && bag(a.mechanism) === bag(b.mechanism);
}

function words(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}
