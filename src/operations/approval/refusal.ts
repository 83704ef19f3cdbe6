import type { Action } from '../../model/action.ts';
import type { ApprovedClosure } from './approved-closure.ts';

/** Why a fence or shell check may not run now; undefined if it may. Evaluated for each one just before it starts. */
export async function refusalOf(
  action: Action,
  approved: ApprovedClosure | undefined,
): Promise<string | undefined> {
  if (!approved?.holds(action)) return 'This fence is not part of what was approved, so it did not run.';
  const changed = await approved.changedFile(action);
  return changed === undefined
    ? undefined
    : `${changed} changed after it was approved, so the fence that runs it did not run.`;
}
