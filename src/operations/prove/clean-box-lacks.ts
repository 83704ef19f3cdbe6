import { RunbookError } from '../../model/diagnostic.ts';

/** What preflight misses on a box that the document can only have filled itself. */
const LACKING: ReadonlySet<string> = new Set(['missing-tool', 'tool-version']);

/**
 * The same error, with remedies for a box that is thrown away: nothing can be installed there by hand. Others stay as they are.
 */
export function cleanBoxLacks(error: unknown, image: string): unknown {
  if (!(error instanceof RunbookError) || !error.diagnostics.some(({ code }) => LACKING.has(code)))
    return error;
  const remedy = `A clean ${image} is like that: install it in a step, and take it out of requires, which is asked before the first step; or declare an image that has it.`;
  return new RunbookError(
    error.diagnostics.map((each) => (LACKING.has(each.code) ? { ...each, remedy } : each)),
    error.exit,
  );
}
