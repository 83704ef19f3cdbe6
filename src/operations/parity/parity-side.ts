import type { Box } from '../../model/box.ts';
import type { Preview } from '../pass/preview.ts';
import type { Session } from '../session/session.ts';

/** One of the two boxes, opened, with its session if there is a runbook. */
export interface ParitySide {
  readonly name: string;
  readonly box: Box;
  /** Key for hashing files, the same for both sides. */
  readonly key: string;
  readonly runbook?: { readonly session: Session; readonly preview: Preview };
}
