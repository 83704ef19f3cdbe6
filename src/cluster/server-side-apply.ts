import type { Cluster } from '../model/cluster.ts';
import { type ApiResource, type KubeObject, type ObjectKey, showKey } from '../model/kube.ts';
import { objectPath } from './cluster.ts';
import { misspelt } from './misspelt.ts';
import { ClusterTrouble } from './trouble.ts';

/** Under this name runbook owns fields. */
export const FIELD_MANAGER = 'runbook';

/** An object with where it goes. */
export interface Placed {
  readonly object: KubeObject;
  readonly resource: ApiResource;
  readonly key: ObjectKey;
}

/** What the server made of an object, and what it warned of. */
export interface AppliedObject {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/**
 * Server-side apply of one object, strictly: an unknown field is an error. The object is sent as it was written, never
 * through types that would drop what they do not know.
 * @throws ClusterTrouble: conflicts name manager and field, unknown fields the nearest one
 */
export async function applyObject(
  cluster: Cluster,
  { object, resource, key }: Placed,
  { dryRun, signal }: { dryRun: boolean; signal?: AbortSignal },
): Promise<AppliedObject> {
  try {
    const { body, warnings } = await cluster.client.request<KubeObject>({
      method: 'PATCH',
      path: objectPath(resource, key.namespace, key.name),
      query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...(dryRun && { dryRun: 'All' }) },
      contentType: 'application/apply-patch+yaml',
      body: object,
      ...(signal && { signal }),
    });
    return { object: body, warnings };
  } catch (error) {
    throw error instanceof ClusterTrouble
      ? await explained(cluster, { object, resource, key }, error)
      : error;
  }
}

async function explained(cluster: Cluster, placed: Placed, trouble: ClusterTrouble): Promise<ClusterTrouble> {
  const name = showKey(placed.key);
  if (trouble.kind === 'conflict') return conflict(name, trouble);
  if (trouble.kind === 'invalid' || trouble.more.status === 500) {
    const wrong = await misspelt(cluster, placed.resource, placed.object, trouble.message);
    if (wrong) return new ClusterTrouble('invalid', `${name}: ${wrong.message}`, { remedy: wrong.remedy });
  }
  return new ClusterTrouble(trouble.kind, `${name}: ${trouble.message}`, { ...trouble.more, cause: trouble });
}

/** The causes of a conflict name a manager in their message and a field beside it. */
function conflict(name: string, trouble: ClusterTrouble): ClusterTrouble {
  const owned = (trouble.more.causes ?? []).map(({ message = '', field = '' }) => {
    const manager = /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'somebody else';
    return `${field.replace(/^\./, '')} is owned by "${manager}"`;
  });
  if (owned.length === 0) return new ClusterTrouble('conflict', `${name}: ${trouble.message}`);
  return new ClusterTrouble('conflict', `${name}: ${owned.join('; ')}.`, {
    causes: trouble.more.causes ?? [],
  });
}
