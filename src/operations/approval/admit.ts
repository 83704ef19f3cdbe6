import type { Action } from '../../model/action.ts';
import type { Approved } from '../../model/approved.ts';
import type { ApprovedClosure } from './approved-closure.ts';

/** A fence or shell check that may run now, or why it may not. Evaluated for each one just before it starts. */
export async function admit<A extends Action>(
  action: A,
  closure: ApprovedClosure | undefined,
): Promise<{ readonly approved: Approved<A> } | { readonly refused: string }> {
  const approved = closure?.approve(action);
  if (!closure || !approved)
    return { refused: 'This fence is not part of what was approved, so it did not run.' };
  const changed = await closure.changedFile(action);
  if (changed === undefined) return { approved };
  return { refused: `${changed} changed after it was approved, so the fence that runs it did not run.` };
}
