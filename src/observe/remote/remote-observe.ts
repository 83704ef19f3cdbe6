import { SCOPE_NAMES, type Snapshot } from '../../model/facts/snapshot.ts';
import { NotCollected } from '../machine.ts';
import { type ObserveOptions, observe, unseen } from '../snapshot.ts';
import { observeOn, type RemoteConnection } from './remote-observer.ts';
import { scopeFragments } from './scope-fragments.ts';

/**
 * Observes a remote box, all scopes in one round trip, and changes nothing. `env` and `folder` are the box's own. Never
 * throws: if the box cannot be read, the snapshot reports every scope as unavailable, with the reason.
 */
export async function observeRemote(
  box: RemoteConnection,
  options: Omit<ObserveOptions, 'machine'> & { readonly signal?: AbortSignal },
): Promise<Snapshot> {
  const scopes = SCOPE_NAMES.filter((scope) => options.scopes?.includes(scope) ?? true);
  const started = performance.now();
  try {
    const fragments = scopes.flatMap((scope) => scopeFragments(scope, options));
    const machine = await observeOn(box, fragments, options.signal);
    const snapshot = await observe({ ...options, machine });
    return { ...snapshot, ms: Math.round(performance.now() - started) };
  } catch (error) {
    if (error instanceof NotCollected) return unseen(scopes, error.message);
    throw error;
  }
}
