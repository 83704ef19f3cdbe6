import type { Cluster } from '../../model/cluster/cluster.ts';
import { type KubeObject, type ObjectKey, showKey } from '../../model/cluster/kube.ts';
import { watchUntil } from '../checks/watch-until.ts';
import { objectPath } from '../cluster.ts';
import { ClusterError } from '../cluster-errors.ts';
import { hasInventoryLabel, INVENTORY_LABEL } from './inventory.ts';
import { FIELD_MANAGER } from './server-side-apply.ts';

/** An object that was applied, and whether that created it. */
export interface AppliedKey extends ObjectKey {
  readonly created: boolean;
}

/** What was done with it. */
export type DeletedObjects =
  | { readonly key: ObjectKey; readonly what: 'deleted' | 'released' | 'gone' }
  | { readonly key: ObjectKey; readonly what: 'left'; readonly why: string };

/** How long finalizers may take. */
const GONE_WITHIN_MS = 120_000;

/**
 * Reverts an apply. An object that it created is deleted, and waited for until it is waitUntilGone; otherwise the fields that
 * runbook owns are released. An object without the label is left alone, because it belongs to someone else by now.
 * @throws ClusterError
 */
export async function deleteApplied(
  cluster: Cluster,
  { created, ...key }: AppliedKey,
  inventory: string,
  signal?: AbortSignal,
): Promise<DeletedObjects> {
  const resource = await cluster.discovery.byKind(key.apiVersion, key.kind);
  // Its definition is waitUntilGone, and all objects of the kind with it.
  if (!resource) return { key, what: 'gone' };
  cluster.requireAllowed(key.namespace ?? (key.kind === 'Namespace' ? key.name : null));
  const where = {
    ...(key.namespace !== undefined && { namespace: key.namespace }),
    ...(signal && { signal }),
  };
  const live = await cluster.get(resource, key.name, where);
  if (!live) return { key, what: 'gone' };
  if (!hasInventoryLabel(live, inventory))
    return { key, what: 'left', why: 'it no longer carries the label of this runbook' };
  const path = objectPath(resource, key.namespace, key.name);
  if (!created) {
    await release(cluster, key, { path, live, signal });
    return { key, what: 'released' };
  }
  await cluster.client.request({
    ...{ method: 'DELETE', path },
    body: { propagationPolicy: 'Background', preconditions: { uid: live.metadata?.uid } },
    ...(signal && { signal }),
  });
  await waitUntilGone(cluster, key, live, signal);
  return { key, what: 'deleted' };
}

/**
 * Releases the fields that runbook owns. Fields without another owner are removed, as in any apply that no longer names
 * them.
 */
async function release(
  cluster: Cluster,
  { apiVersion, kind, name, namespace }: ObjectKey,
  { path, live, signal }: { path: string; live: KubeObject; signal: AbortSignal | undefined },
): Promise<void> {
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const patch = (contentType: string, body: unknown, force: boolean) =>
    cluster.client.request({
      ...{ method: 'PATCH', path, body, contentType },
      query: { fieldManager: FIELD_MANAGER, ...(force && { force }) },
      ...(signal && { signal }),
    });
  try {
    await patch('application/apply-patch+yaml', { apiVersion, kind, metadata }, true);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.kind !== 'invalid') throw error;
    // Some field is required or immutable (the type of a Secret). All fields stay, and runbook gives up ownership.
    await patch('application/json-patch+json', released(live), false);
  }
}

/** A patch that removes the label and the ownership, if the object has not changed since it was read. */
function released({ metadata }: KubeObject): unknown[] {
  const others = (metadata?.managedFields ?? []).filter(({ manager }) => manager !== FIELD_MANAGER);
  const label = INVENTORY_LABEL.replaceAll('/', '~1');
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: metadata?.resourceVersion },
    { op: 'remove', path: `/metadata/labels/${label}` },
    // An empty list would be ignored; one empty entry clears it (Kubernetes: Server-Side Apply, "Clearing
    // managedFields").
    { op: 'replace', path: '/metadata/managedFields', value: others.length > 0 ? others : [{}] },
  ];
}

async function waitUntilGone(
  cluster: Cluster,
  key: ObjectKey,
  live: KubeObject,
  signal?: AbortSignal,
): Promise<void> {
  const resource = (await cluster.discovery.byKind(key.apiVersion, key.kind))!;
  const where = {
    ...(key.namespace !== undefined && { namespace: key.namespace }),
    ...(signal && { signal }),
  };
  const still = await cluster.get(resource, key.name, where);
  if (still?.metadata?.uid !== live.metadata?.uid) return;
  const waited = await watchUntil(
    cluster,
    [
      {
        resource,
        ...(key.namespace !== undefined && { namespace: key.namespace }),
        fieldSelector: `metadata.name=${key.name}`,
      },
    ],
    ([left = []]) =>
      left.some((each) => each.metadata?.uid === live.metadata?.uid)
        ? { kind: 'wait' }
        : { kind: 'done', value: true },
    { deadline: Date.now() + GONE_WITHIN_MS, ...(signal && { signal }) },
  );
  if (waited.kind !== 'timeout') return;
  const finalizers = (still?.metadata as { finalizers?: string[] } | undefined)?.finalizers ?? [];
  throw new ClusterError(
    'busy',
    `${showKey(key)} is still being deleted after ${GONE_WITHIN_MS / 1000} s${finalizers.length > 0 ? `; finalizers: ${finalizers.join(', ')}` : ''}.`,
  );
}
