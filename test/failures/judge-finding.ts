import type { FailureCase } from './case.ts';
import type { ShownFinding } from './sandbox.ts';
import { pattern } from './words.ts';

/** How good the first finding of a failed attempt is. */
export type Grade = 'true' | 'vague' | 'absent' | 'false';

/** Only the title counts: what it does not say, a reader has to guess. */
export function gradeFinding(given: FailureCase, first: ShownFinding | undefined): Grade {
  if (!first) return 'absent';
  const says = (text: string) => pattern(text).test(first.title);
  if (given.must.every(says)) return given.false_if.some(says) ? 'false' : 'true';
  return given.false_if.some(says) ? 'false' : 'vague';
}
