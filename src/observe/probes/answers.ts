import type { Verdict } from '../../model/check.ts';

/** The three verdicts on one expectation. `kind` is the class of what was observed, `observed` one line for people. */
export interface Answers {
  pass(kind: string, observed: string): Verdict;
  fail(kind: string, observed: string): Verdict;
  unknown(kind: string, observed: string): Verdict;
}

/** Verdicts that share one `expected` line. */
export function answers(expected: string): Answers {
  const say = (verdict: Verdict['verdict']) => (kind: string, observed: string) => ({
    verdict,
    class: kind,
    observed: oneLine(observed),
    expected: oneLine(expected),
  });
  return { pass: say('pass'), fail: say('fail'), unknown: say('unknown') };
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*[\r\n]+\s*/g, ' ');
}
