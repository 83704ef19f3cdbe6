import { RunbookError } from '../../model/diagnostic.ts';

/** Preflight errors that only the document itself can solve on a clean box. */
const LACKING: ReadonlySet<string> = new Set(['missing-tool', 'tool-version']);

/**
 * Replaces remedies that do not apply to a throw-away box, where nothing can be installed by hand. Other errors are
 * unchanged.
 */
export function cleanBoxLacks(error: unknown, image: string): unknown {
  if (!(error instanceof RunbookError) || !error.diagnostics.some(({ code }) => LACKING.has(code)))
    return error;
  const remedy = `A clean ${image} does not have it. Install it in a step and remove it from requires, which is checked before the first step. Or declare an image that has it.`;
  return new RunbookError(
    error.diagnostics.map((each) => (LACKING.has(each.code) ? { ...each, remedy } : each)),
    error.exit,
  );
}
