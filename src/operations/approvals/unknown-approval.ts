import { nearest } from '../../base/nearest.ts';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';

/** The error for an id that names no approval and no lease. */
export function unknownApproval(id: string, known: readonly string[]): RunbookError {
  const near = nearest(id, known);
  return runbookError(
    {
      code: 'unknown-approval',
      message: `The approval ${id} does not exist.`,
      remedy: near ? `Did you mean ${near}?` : 'List them: runbook approvals list.',
    },
    EXIT.usage,
  );
}
