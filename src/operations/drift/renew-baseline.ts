import type { PassSummary } from '../../model/outcome.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import { baselinePlace } from './baseline-place.ts';
import { touchesBox } from './touches-box.ts';

/**
 * After a pass or an undo that acted and is done, stores the state of the box, so that drift can report later changes. A baseline
 * from before the pass is always removed, because it would report the pass's own changes as drift. A baseline that
 * cannot be stored does not fail the pass.
 */
export async function renewBaseline(
  context: OperationContext,
  session: Session,
  { id, summary }: { readonly id: string; readonly summary: Pick<PassSummary, 'acted' | 'outcome'> },
): Promise<void> {
  if (summary.acted === 0 || !touchesBox(session)) return;
  try {
    if (summary.outcome === 'done') {
      // Loads observers only if something is observed.
      const { takeBaseline } = await import('./baseline.ts');
      return await takeBaseline(context, session, id);
    }
  } catch {
    // An older baseline would now be wrong.
  }
  const { dropBaseline } = await import('../../journal/baseline.ts');
  await dropBaseline(baselinePlace(session)).catch(() => {});
}
