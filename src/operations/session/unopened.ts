import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/**
 * The error of a comparison whose box could not be opened, with exit 1: 2 would say that there are differences, and 3 that a
 * person has to answer; neither is known. Wrong use and bad documents keep their own.
 */
export function unopened(error: unknown): unknown {
  if (!(error instanceof RunbookError) || error.exit === EXIT.usage || error.exit === EXIT.document)
    return error;
  return new RunbookError(error.diagnostics, EXIT.failed);
}
