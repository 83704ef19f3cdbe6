import type { PassSummary } from '../../model/outcome.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import { baselinePlace } from './baseline-place.ts';
import { touchesBox } from './touches-box.ts';

/**
 * After a pass that is done and has acted: keeps what the box looks like now, so that drift can tell what changed since. A
 * baseline from before the pass is dropped in any case: it would take for drift what the pass has done. A look that cannot
 * be kept is no failure of the pass.
 */
export async function renewBaseline(
  context: OperationContext,
  session: Session,
  { id, summary }: { readonly id: string; readonly summary: PassSummary },
): Promise<void> {
  if (summary.acted === 0 || !touchesBox(session)) return;
  try {
    if (summary.outcome === 'done') {
      // Observers load only where something is observed.
      const { takeBaseline } = await import('./baseline.ts');
      return await takeBaseline(context, session, id);
    }
  } catch {
    // An older one would now be wrong.
  }
  const { dropBaseline } = await import('../../journal/baseline.ts');
  await dropBaseline(baselinePlace(session)).catch(() => {});
}
