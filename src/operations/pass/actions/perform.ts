import type { Action } from '../../../model/action.ts';
import { admit } from '../../approval/admit.ts';
import { actionRow } from './all.ts';
import { notPerformed, type Performed, type Performing } from './performing.ts';

/** Carries out one fence, if it is part of what was approved. */
export async function perform(action: Action, performing: Performing): Promise<Performed> {
  const admitted = await admit(action, performing.pass.approved);
  if ('refused' in admitted) return notPerformed(action, 'not-approved', admitted.refused, ASK_AGAIN);
  return actionRow(action).perform(admitted.approved, performing);
}

/** How to come by an approval of what has changed. */
const ASK_AGAIN = 'Run the same command again: it asks for what is new.';
