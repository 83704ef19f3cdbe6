import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/**
 * The error of a comparison whose box could not be opened, with exit 1: 2 would mean differences, and 3 that a person
 * is needed. Usage and document errors keep their exit code.
 */
export function unopened(error: unknown): unknown {
  if (!(error instanceof RunbookError) || error.exit === EXIT.usage || error.exit === EXIT.document)
    return error;
  return new RunbookError(error.diagnostics, EXIT.failed);
}
