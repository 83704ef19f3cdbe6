import type { Box } from '../model/box.ts';
import type { Snapshot } from '../model/facts/snapshot.ts';
import { type ObserveOptions, observe } from './snapshot.ts';

/** Observes any box: directly on this machine, in one round trip on a remote one. Never throws. */
export async function observeBox(
  box: Box,
  options: Pick<ObserveOptions, 'scopes' | 'key' | 'maxItems' | 'cluster'> & {
    readonly signal?: AbortSignal;
  } = {},
): Promise<Snapshot> {
  const from = { ...options, env: box.baseline, folder: box.folder };
  if (box.kind === 'local') return observe(from);
  const { observeRemote } = await import('./remote/remote-observe.ts');
  return observeRemote(box, from);
}
