import type { Box } from '../../model/box.ts';
import type { Preview } from '../pass/preview.ts';
import type { Session } from '../session/session.ts';

/** One of the two boxes, open, and what the runbook says of it where there is one. */
export interface ParitySide {
  readonly name: string;
  readonly box: Box;
  /** Key of the hashes of files, the same for both sides. */
  readonly key: string;
  readonly runbook?: { readonly session: Session; readonly preview: Preview };
}
