import type { PassSummary } from '../../model/outcome.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import { baselinePlace } from './baseline-place.ts';
import { touchesBox } from './touches-box.ts';

/**
 * A pass shorter than this (milliseconds) takes no baseline of its own: the look, about 60 ms here and a round trip of half
 * a second elsewhere, is to cost a sixth of it at most. `runbook drift --baseline` takes one at any time.
 */
const WORTH_A_LOOK_MS = { here: 400, elsewhere: 3_000 } as const;

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
  const least = WORTH_A_LOOK_MS[session.box.kind === 'local' ? 'here' : 'elsewhere'];
  try {
    if (summary.outcome === 'done' && summary.ms >= least) {
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
