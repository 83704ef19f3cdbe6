import { versionOf } from '../../../cluster/access/discovery.ts';
import {
  type AppliedState,
  applySet,
  type ComparedSet,
  compareSet,
} from '../../../cluster/apply/apply-set.ts';
import { deleteApplied } from '../../../cluster/apply/delete-applied.ts';
import { type LabelledPlace, labelledObjects } from '../../../cluster/apply/labelled-objects.ts';
import type { Placed } from '../../../cluster/apply/server-side-apply.ts';
import { ClusterError } from '../../../cluster/cluster-errors.ts';
import type { ApplyAction, RegistryAction } from '../../../model/action.ts';
import type { Approved } from '../../../model/approved.ts';
import type { Verdict } from '../../../model/check.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import { type ObjectKey, showKey } from '../../../model/cluster/kube.ts';
import type { AppliedObjectKey } from '../../../model/journal.ts';
import type { Pass } from '../pass.ts';
import { type ClusterWork, clusterFailure, clusterOfFence, clusterUnknown } from './cluster-action.ts';
import type { Performed, Performing } from './performing.ts';
import { wantedObjects } from './wanted-objects.ts';

/** Kinds whose content cannot be recreated: a replay never deletes them, only undo does. */
const KEPT = new Set(['Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'PersistentVolume']);

/**
 * Applies the objects of the fence, then deletes those that its step applied before and the document no longer
 * contains.
 */
export async function performApply(
  { value: action }: Approved<ApplyAction | RegistryAction>,
  performing: Performing,
): Promise<Performed> {
  const { pass, state, output, signal } = performing;
  output.begin();
  const say = (line: string) => output.push(Buffer.from(`${line}\n`));
  try {
    const cluster = await clusterOfFence(performing);
    const wanted = await wantedObjects(cluster, action, performing);
    await applySet(cluster, wanted, {
      signal,
      before: (found) => noteApplied(performing, found, cluster.name.server),
      after: ({ key, what, warnings }) => {
        say(`${showKey(key)} ${what}`);
        for (const warning of warnings) say(`warning: ${showKey(key)}: ${warning}`);
      },
    });
    await prune(cluster, wanted, performing, say);
    return { ok: true, state };
  } catch (error) {
    return clusterFailure(action, error, pass);
  } finally {
    output.end();
  }
}

/** Whether the cluster has the objects of the fence, by a dry run, which changes nothing. Values are never shown. */
export async function applyDifference(
  action: ApplyAction | RegistryAction,
  work: ClusterWork,
): Promise<Verdict> {
  const expected = 'applied as written';
  try {
    const compared = await comparedObjects(action, work);
    const missing = compared.filter(({ live }) => !live);
    if (missing.length > 0) {
      const observed = `missing: ${missing
        .map(({ key }) => showKey(key))
        .slice(0, 5)
        .join(', ')}`;
      return { verdict: 'fail', observed, expected, class: 'missing' };
    }
    const different = compared.filter((each) => each.differences.length > 0);
    if (different.length === 0) {
      return { verdict: 'pass', observed: `${compared.length} as written`, expected, class: 'same' };
    }
    const observed = different
      .slice(0, 3)
      .map(
        ({ key, differences }) =>
          `${showKey(key)}: ${differences
            .slice(0, 5)
            .map(({ path }) => path)
            .join(', ')}`,
      )
      .join('; ');
    return { verdict: 'fail', observed: `otherwise: ${observed}`, expected, class: 'content' };
  } catch (error) {
    return clusterUnknown(expected, error, work.pass);
  }
}

/**
 * The objects of a fence as they live, and what an apply would change of each; nothing is written.
 * @throws ClusterError, FenceDefect
 */
export async function comparedObjects(
  action: ApplyAction | RegistryAction,
  work: ClusterWork,
): Promise<ComparedSet[]> {
  const cluster = await clusterOfFence(work);
  const wanted = await wantedObjects(cluster, action, work);
  const isPatched = await patchedIn(cluster, work);
  return compareSet(cluster, wanted, { isPatched, signal: work.signal });
}

/**
 * Objects that carry this runbook's label and are not among those known, and the places that may not be listed. It is looked
 * where objects of the same kinds as in `places` lie.
 * @throws ClusterError
 */
export async function orphanedObjects(
  known: readonly ObjectKey[],
  places: readonly ObjectKey[],
  work: ClusterWork,
): Promise<{ orphans: ObjectKey[]; unseen: LabelledPlace[] }> {
  const cluster = await clusterOfFence(work);
  const ids = new Set(known.map(idOf));
  const { objects, unlistable } = await labelledObjects(cluster, places, work.pass.inventory, work.signal);
  return { orphans: objects.filter((each) => !ids.has(idOf(each))), unseen: unlistable };
}

/**
 * Deletes everything that a step has applied, in reverse. Returns what no longer exists; an object that belongs to someone else by
 * now is left.
 * @throws ClusterError
 */
export async function deleteAppliedObjects(
  applied: readonly AppliedObjectKey[],
  work: ClusterWork,
  say: (line: string) => void,
): Promise<readonly ObjectKey[]> {
  const cluster = await clusterOfFence(work);
  const gone: ObjectKey[] = [];
  const misplaced = applied.find(({ server = cluster.name.server }) => server !== cluster.name.server);
  if (misplaced) {
    // The other cluster would report that all objects are gone, and nothing would ever look for them again.
    throw new ClusterError(
      'not-found',
      `${showKey(misplaced)} was applied to ${misplaced.server}, but context "${cluster.name.context}" leads to ${cluster.name.server}. Switch to the context of that cluster first.`,
    );
  }
  for (const each of [...applied].reverse()) {
    const taken = await deleteApplied(cluster, each, work.pass.inventory, work.signal);
    say(`${showKey(taken.key)} ${taken.what}${taken.what === 'left' ? `: ${taken.why}` : ''}`);
    if (taken.what === 'deleted' || taken.what === 'gone') gone.push(taken.key);
  }
  return gone;
}

/** Journaled in advance, so that undo knows what may exist if the pass is interrupted. */
async function noteApplied(
  { pass, step }: Performing,
  found: readonly AppliedState[],
  server: string,
): Promise<void> {
  const known = pass.journal.memory.get(step)?.applied ?? [];
  const here = new Set(known.filter((each) => (each.server ?? server) === server).map(idOf));
  const added = found
    .filter(({ placed }) => !here.has(idOf(placed.key)))
    .map(({ placed: { key }, live }) => ({ ...key, created: live === undefined, server }));
  if (added.length === 0) return;
  // What the step had in another cluster, such as the one that was here before, is this one's from now on.
  const moved = new Set(added.map(idOf));
  const kept = known.filter((each) => !moved.has(idOf(each)));
  pass.journal.append({ kind: 'applied', step, objects: [...kept, ...added] });
  await pass.journal.durable();
}

async function prune(
  cluster: Cluster,
  wanted: readonly Placed[],
  performing: Performing,
  say: (line: string) => void,
): Promise<void> {
  const { pass, step, signal } = performing;
  const known = pass.journal.memory.get(step)?.applied ?? [];
  const own = new Set(wanted.map(({ key }) => idOf(key)));
  if (known.every((each) => own.has(idOf(each)))) return;
  const others = await stillWanted(cluster, performing);
  // A fence could not be read, so its objects are unknown.
  if (!others) return;
  const here = cluster.name.server;
  const stale = known.filter(
    (each) => (each.server ?? here) === here && !own.has(idOf(each)) && !others.has(idOf(each)),
  );
  const gone = new Set<string>();
  for (const each of [...stale].reverse()) {
    if (each.created && KEPT.has(each.kind)) {
      say(`${showKey(each)} left: the document no longer holds it, and a replay deletes no ${each.kind}`);
      continue;
    }
    const taken = await deleteApplied(cluster, each, pass.inventory, signal);
    say(`${showKey(each)} ${taken.what}: the document no longer holds it`);
    gone.add(idOf(each));
  }
  if (gone.size === 0) return;
  pass.journal.append({ kind: 'applied', step, objects: known.filter((each) => !gone.has(idOf(each))) });
}

/** The objects of all fences of the document: an object that has moved to another step is kept. */
async function stillWanted(
  cluster: Cluster,
  work: ClusterWork & { pass: Pass },
): Promise<Set<string> | undefined> {
  const { steps, problems } = work.pass.plan;
  const actions = [...steps, ...problems].flatMap((planned) => planned.step.actions);
  const ids = new Set<string>();
  for (const action of actions) {
    if (action.kind !== 'apply' && action.kind !== 'registry') continue;
    try {
      for (const { key } of await wantedObjects(cluster, action, work)) ids.add(idOf(key));
    } catch {
      return undefined;
    }
  }
  return ids;
}

/** Whether some fence of the document patches an object. */
async function patchedIn(
  cluster: Cluster,
  { pass, state }: ClusterWork,
): Promise<(key: ObjectKey) => boolean> {
  const { steps, problems } = pass.plan;
  const ids = new Set<string>();
  for (const action of [...steps, ...problems].flatMap((planned) => planned.step.actions)) {
    if (action.kind !== 'patch') continue;
    const [kind = '', name = ''] = pass.substitute(action.target, state).split('/');
    const resource = await cluster.discovery.byName(kind);
    if (!resource) continue;
    const namespace = resource.namespaced ? pass.substitute(action.namespace, state) : undefined;
    const apiVersion = versionOf(resource);
    ids.add(idOf({ apiVersion, kind: resource.kind, name, ...(namespace !== undefined && { namespace }) }));
  }
  return (key) => ids.has(idOf(key));
}

function idOf({ apiVersion, kind, namespace = '', name }: ObjectKey): string {
  // Another version of the same group is the same object.
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return JSON.stringify([group, kind, namespace, name]);
}
