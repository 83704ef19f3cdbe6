import type { BaselinePlace } from '../../journal/baseline.ts';
import type { Session } from '../session/session.ts';

/** Identifies the baseline of a session. */
export function baselinePlace({ document, box }: Session): BaselinePlace {
  return { document: document.path, folder: document.folder, box: box.identity };
}
