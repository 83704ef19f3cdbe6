import type { AgentStore } from '../../journal/agent/store.ts';
import type { ClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import { summarizeClusterFact } from '../../model/cluster/cluster-summary.ts';
import type { Change } from '../../model/facts/change.ts';
import type { Scope, Snapshot } from '../../model/facts/snapshot.ts';
import type { Evidence } from '../../model/finding.ts';
import { compareSnapshots, unaccountedChanges } from '../../observe/compare.ts';
import { stepInputs } from '../../observe/inputs/step-inputs.ts';
import { observe } from '../../observe/snapshot.ts';
import type { World } from '../../world.ts';
import { fileHashKey } from '../session/file-hash-key.ts';

/** Looks at the box and keeps what was seen. */
export async function observeNow(
  world: World,
  folder: string,
  store: AgentStore,
  {
    scopes,
    reason,
    cluster,
    inputsOf,
  }: {
    scopes?: readonly Scope[];
    reason: string;
    cluster?: () => Promise<ClusterObservation>;
    /** Text of a step whose inputs are read too. */
    inputsOf?: string;
  },
): Promise<Snapshot> {
  const key = await fileHashKey(world, store);
  const seen = await observe({ env: world.env, folder, key, scopes, cluster });
  const commands = (seen.facts.processes ?? []).map(({ argv }) => argv);
  const inputs =
    inputsOf === undefined
      ? {}
      : { inputs: stepInputs({ env: world.env, folder, key, text: inputsOf, commands }) };
  const snapshot = { ...seen, ...inputs };
  await store.keepSnapshot(snapshot, reason);
  return snapshot;
}

/** What changed since the first look that no attempt made. Without two looks nothing is known. */
export async function unaccountedSince(store: AgentStore, now: Snapshot | undefined): Promise<Change[]> {
  const first = await store.snapshot(store.of('snapshot')[0]?.snapshot);
  if (!first || !now || first.id === now.id) return [];
  const made = store.loop.attempts.flatMap(({ changed }) => changed);
  return unaccountedChanges(compareSnapshots(first, now), made);
}

/** The facts behind evidence ids, from the snapshots that are kept. */
export async function evidenceIn(store: AgentStore, ids: readonly string[]): Promise<Evidence[]> {
  const wanted = new Set(ids);
  const stems = new Set(ids.map((id) => id.replace(/^ev-/, '').replace(/-[^-]*$/, '')));
  const found: Evidence[] = [];
  for (const stem of stems) {
    const snapshot = await store.snapshot(`sn-${stem}`);
    if (snapshot) found.push(...factsIn(snapshot).filter(({ id }) => wanted.has(id)));
  }
  return found;
}

function factsIn({ facts, at }: Snapshot): Evidence[] {
  return Object.entries(facts).flatMap(([kind, rows]) =>
    rows.map(({ id, ...data }) => ({ id, kind, at, data, summary: summaryOf(kind, data) })),
  );
}

function summaryOf(kind: string, data: object): string {
  if (kind === 'kubernetes') return summarizeClusterFact({ id: '', ...data } as ClusterFact).slice(0, 300);
  const words = Object.entries(data).filter(([, value]) => typeof value !== 'object');
  return `${kind}: ${words.map(([key, value]) => `${key} ${value}`).join(', ')}`.slice(0, 300);
}
