import { maskNumbers } from '../base/mask-numbers.ts';
import type { Attempt } from '../loop/attempt.ts';
import type { Hypothesis } from '../loop/hypothesis.ts';
import type { Evidence } from '../model/finding.ts';
import { showTime } from './form/measure.ts';
import type { GuardInput } from './guard.ts';

/** When an attempt failed; newer evidence counts. Milliseconds since the epoch. */
export function failedAt(attempt: Pick<Attempt, 'startedAt' | 'actedMs'>): number {
  return attempt.startedAt + attempt.actedMs;
}

/**
 * Why a hypothesis does not get an attempt past a guard, one sentence each; empty if it does. It must name a
 * mechanism, cite known evidence (some of it newer than the last failure), predict 1 to 5 typed checks of which at
 * least one does not pass yet, and must be new: a hypothesis allows one attempt. After one that failed, the next needs
 * evidence that says something else, not another story.
 */
export function hypothesisDefects(input: GuardInput, failures: readonly Attempt[]): readonly string[] {
  const { hypothesis } = input.attempt;
  if (!hypothesis) return ['A hypothesis is required.'];
  return [
    ...mechanismDefects(hypothesis),
    ...evidenceDefects(input, hypothesis, failures),
    ...predictionDefects(input),
    ...spentDefects(hypothesis, failures),
    ...repeatedEvidenceDefects(input, hypothesis, failures),
  ];
}

function mechanismDefects({ mechanism }: Hypothesis): string[] {
  return words(mechanism).length >= 3 ? [] : ['The mechanism must say how the cause produces the failure.'];
}

function evidenceDefects(
  { loop, now }: GuardInput,
  { evidence }: Hypothesis,
  failures: readonly Attempt[],
): string[] {
  if (evidence.length === 0) return ['The hypothesis must cite evidence.'];
  const unknown = evidence.filter((id) => !loop.evidence.some((each) => each.id === id));
  if (unknown.length > 0) return [`The hypothesis cites unknown evidence: ${unknown.join(', ')}.`];
  const last = failures.at(-1);
  const cited = loop.evidence.filter((each) => evidence.includes(each.id));
  const youngest = Math.max(...cited.map((each) => Date.parse(each.at)));
  if (!last || youngest >= failedAt(last)) return [];
  const age = showTime(Math.max(0, now - youngest));
  const failure = showTime(Math.max(0, now - failedAt(last)));
  return [`The newest evidence is ${age} old, but the last failure was ${failure} ago.`];
}

function predictionDefects({ attempt: { prediction } }: GuardInput): string[] {
  if (prediction.length < 1 || prediction.length > 5)
    return ['A prediction must have 1 to 5 typed check lines.'];
  const untyped = prediction.filter((row) => row.before === undefined);
  if (untyped.length > 0) return untyped.map((row) => `\`${row.check}\` is not a typed check.`);
  const allHold = prediction.every((row) => row.before === 'pass');
  return allHold ? ['At least one line of the prediction must not pass yet; all of them pass already.'] : [];
}

function spentDefects(hypothesis: Hypothesis, failures: readonly Attempt[]): string[] {
  const spent = failures.find((each) => each.hypothesis && isSame(each.hypothesis, hypothesis));
  return spent
    ? [`The same explanation was already tried with ${spent.attempt}, which failed in the same way.`]
    : [];
}

/** Evidence counts as new by what it says, not by its id: the same facts measured again are not new. */
function repeatedEvidenceDefects(
  { loop }: GuardInput,
  { evidence }: Hypothesis,
  failures: readonly Attempt[],
): string[] {
  const failed = failures.findLast((each) => each.hypothesis);
  if (!failed) return [];
  const said = (ids: readonly string[]): string[] =>
    loop.evidence.filter((each) => ids.includes(each.id)).map(mechanismText);
  const before = new Set(said(failed.hypothesis!.evidence));
  return said(evidence).every((each) => before.has(each))
    ? [`The evidence says the same as before ${failed.attempt}, which failed with another explanation.`]
    : [];
}

/** Without times, process ids and sizes, which differ at every look. */
function mechanismText({ id, kind, data }: Evidence): string {
  const { at: _, ...rest } = data;
  const text = JSON.stringify(rest);
  return text === '{}' ? id : `${kind} ${maskNumbers(text)}`;
}

/** The same cause with the same words, ignoring order and numbers. */
function isSame(a: Hypothesis, b: Hypothesis): boolean {
  const bag = (text: string): string => [...new Set(words(text))].sort().join(' ');
  return a.cause === b.cause && bag(a.mechanism) === bag(b.mechanism);
}

function words(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}
