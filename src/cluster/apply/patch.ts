import { nearest } from '../../base/nearest.ts';
import {
  jsonPatchDefects,
  jsonPatchHolds,
  type PatchOperation,
  readJsonPatch,
} from '../../judge/json-patch.ts';
import { differences } from '../../judge/object-difference.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { type ApiResource, type KubeObject, showKey } from '../../model/cluster/kube.ts';
import { objectPath } from '../cluster.ts';
import { ClusterError } from '../cluster-errors.ts';
import { misspelt } from './misspelt.ts';
import { PATCH_MANAGER } from './server-side-apply.ts';

/** A patch of one object, with names replaced. */
export interface PatchRequest {
  /** `kind/name`. */
  readonly target: string;
  readonly namespace: string;
  readonly type: 'json' | 'merge' | 'strategic';
  readonly patch: unknown;
}

/** A checked patch: its target, and whether it is already applied. */
export interface CheckedPatch extends PatchTarget {
  readonly live: KubeObject;
  /** The object already has the values that the patch sets. */
  readonly holds: boolean;
}

const CONTENT_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/**
 * Checks a patch before it is sent: its form, its pointers against the live object, and a dry run on the server.
 * @throws ClusterError invalid, with the corrected pointer if it can be found; not-found
 */
export async function checkPatch(
  cluster: Cluster,
  request: PatchRequest,
  signal?: AbortSignal,
  tries = 3,
): Promise<CheckedPatch> {
  const { resource, name, namespace, live } = await targetOf(cluster, request, signal);
  const checked = { resource, name, namespace, live };
  if (request.type === 'json') {
    const operations = wellFormed(request.patch);
    if (jsonPatchHolds(operations, live)) return { ...checked, holds: true };
    refuseDefects(jsonPatchDefects(operations, live));
  }
  const patched = await send(cluster, checked, request, { dryRun: true, ...(signal && { signal }) });
  // A dry run keeps the resource version that it started from. A different one means that a controller wrote in
  // between.
  const isSame = patched.metadata?.resourceVersion === live.metadata?.resourceVersion;
  if (!isSame && tries > 1) return checkPatch(cluster, request, signal, tries - 1);
  return { ...checked, holds: differences(live, patched).length === 0 };
}

/** Sends a checked patch. */
export async function sendPatch(
  cluster: Cluster,
  checked: CheckedPatch,
  request: PatchRequest,
  signal?: AbortSignal,
): Promise<void> {
  await send(cluster, checked, request, { dryRun: false, ...(signal && { signal }) });
}

/** The object that a patch refers to, whether it exists or not. */
export interface PatchTarget {
  readonly resource: ApiResource;
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * Resolves `kind/name` in this cluster.
 * @throws ClusterError invalid: unknown kind; not-allowed
 */
export async function patchTarget(
  cluster: Cluster,
  { target, namespace }: Pick<PatchRequest, 'target' | 'namespace'>,
): Promise<PatchTarget> {
  const slash = target.indexOf('/');
  const [kind, name] = [target.slice(0, slash), target.slice(slash + 1)];
  const resource = slash > 0 ? await cluster.discovery.byName(kind) : undefined;
  if (!resource) {
    const near = nearest(
      kind,
      (await cluster.discovery.all()).map((each) => each.singular),
    );
    throw new ClusterError('invalid', `The cluster does not serve the kind "${kind}".`, {
      remedy: near ? `Nearest: ${near}` : 'Write the target as kind/name.',
    });
  }
  const inside = resource.namespaced ? namespace : undefined;
  cluster.requireAllowed(inside ?? (resource.kind === 'Namespace' ? name : null));
  return { resource, name, namespace: inside };
}

async function targetOf(cluster: Cluster, request: PatchRequest, signal?: AbortSignal) {
  const { resource, name, namespace } = await patchTarget(cluster, request);
  const live = await cluster.get(resource, name, {
    ...(namespace !== undefined && { namespace }),
    ...(signal && { signal }),
  });
  if (!live) {
    const shown = showKey({ kind: resource.kind, name, ...(namespace !== undefined && { namespace }) });
    throw new ClusterError(
      'not-found',
      `${shown} must exist before it can be patched, but it was not found.`,
    );
  }
  return { resource, name, namespace, live };
}

function wellFormed(patch: unknown): PatchOperation[] {
  const { operations, defects } = readJsonPatch(patch);
  refuseDefects(defects);
  return operations;
}

function refuseDefects([first]: readonly { index: number; message: string; remedy: string }[]): void {
  if (!first) return;
  throw new ClusterError('invalid', `Operation ${first.index + 1} of the patch: ${first.message}`, {
    remedy: first.remedy,
  });
}

async function send(
  cluster: Cluster,
  { resource, name, namespace, live }: Omit<CheckedPatch, 'holds'>,
  { type, patch }: PatchRequest,
  { dryRun, signal }: { dryRun: boolean; signal?: AbortSignal },
): Promise<KubeObject> {
  try {
    const { body } = await cluster.client.request<KubeObject>({
      method: 'PATCH',
      path: objectPath(resource, namespace, name),
      query: { fieldManager: PATCH_MANAGER, fieldValidation: 'Strict', ...(dryRun && { dryRun: 'All' }) },
      contentType: CONTENT_TYPES[type],
      body: patch,
      ...(signal && { signal }),
    });
    return body;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const shown = showKey({ kind: resource.kind, name, ...(namespace !== undefined && { namespace }) });
    const wrong =
      error.kind === 'invalid' ? await misspelt(cluster, resource, live, error.message) : undefined;
    if (wrong) throw new ClusterError('invalid', `${shown}: ${wrong.message}`, { remedy: wrong.remedy });
    const remedy =
      error.more.status === 415 && type === 'strategic'
        ? { remedy: `Strategic patches do not work on a ${resource.kind}. Use {"type":"merge"}.` }
        : {};
    throw new ClusterError(error.kind, `${shown}: ${error.message}`, { ...error.more, ...remedy });
  }
}
