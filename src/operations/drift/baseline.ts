import { keepBaseline } from '../../journal/baseline.ts';
import type { Scope } from '../../model/snapshot.ts';
import { observeBox } from '../../observe/observe-box.ts';
import type { OperationContext } from '../operation.ts';
import { fileHashKey } from '../session/file-hash-key.ts';
import type { Session } from '../session/session.ts';
import { baselinePlace } from './baseline-place.ts';

/** What of a box steps change and hands should not: the scopes of a baseline. */
export const BASELINE_SCOPES: readonly Scope[] = ['packages', 'services', 'listeners', 'files', 'users'];

/**
 * Looks at the box and keeps it.
 * @throws RunbookError 3 where it cannot be kept
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
