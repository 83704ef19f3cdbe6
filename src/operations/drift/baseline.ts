import { keepBaseline } from '../../journal/baseline.ts';
import type { Scope } from '../../model/facts/snapshot.ts';
import { observeBox } from '../../observe/observe-box.ts';
import type { OperationContext } from '../operation.ts';
import { fileHashKey } from '../session/file-hash-key.ts';
import type { Session } from '../session/session.ts';
import { baselinePlace } from './baseline-place.ts';

/** The scopes of a baseline: what steps change, and manual work should not. */
export const BASELINE_SCOPES: readonly Scope[] = ['packages', 'services', 'listeners', 'files', 'users'];

/**
 * Observes the box and stores the baseline.
 * @throws RunbookError 3 if it cannot be stored
 */
export async function takeBaseline(
  { world, signal }: OperationContext,
  session: Session,
  pass: string,
): Promise<void> {
  const key = await fileHashKey(world);
  const snapshot = await observeBox(session.box, { scopes: BASELINE_SCOPES, key, signal });
  await keepBaseline(baselinePlace(session), { pass, snapshot });
}
