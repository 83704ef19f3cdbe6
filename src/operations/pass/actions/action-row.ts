import type { ActionOf } from '../../../actions/action-kind.ts';
import type { Action } from '../../../model/action.ts';
import type { Approved } from '../../../model/approved.ts';
import type { BackgroundProcess } from '../../../model/box.ts';
import type { CheckContext, CheckQuestion } from '../checks.ts';
import type { Performed, Performing } from './performing.ts';

/** What a fence's own check needs. */
export interface FenceChecking {
  readonly asking: CheckContext;
  /** Its check covers the step: the step has no code whose effect it could miss. */
  readonly covering: boolean;
  /** What the fence left running in the background, as the journal knows it. */
  readonly background: BackgroundProcess | undefined;
}

/** How one kind of fence is carried out on a box: a row of `actionRow`. */
export interface ActionRow<Kind extends Action['kind']> {
  perform(approved: Approved<ActionOf<Kind>>, performing: Performing): Promise<Performed>;
  /** The check that the fence itself is; undefined: it shows nothing about the box. */
  check(action: ActionOf<Kind>, checking: FenceChecking): CheckQuestion | undefined;
}
