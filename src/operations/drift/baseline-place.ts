import type { BaselinePlace } from '../../journal/baseline.ts';
import type { Session } from '../session/session.ts';

/** Whose baseline a session's is. */
export function baselinePlace({ document, box }: Session): BaselinePlace {
  return { document: document.path, folder: document.folder, box: box.identity };
}
