import type { Cluster } from '../../model/cluster/cluster.ts';
import { type ApiResource, type KubeObject, type ObjectKey, showKey } from '../../model/cluster/kube.ts';
import { objectPath } from '../cluster.ts';
import { ClusterError } from '../cluster-errors.ts';
import { misspelt } from './misspelt.ts';

/** Under this name runbook owns the fields that it applies. */
export const FIELD_MANAGER = 'runbook';

/** And under this one those that it patches, so that the two can be told apart. */
export const PATCH_MANAGER = 'runbook-patch';

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
  /** Fields that a patch of ours had set otherwise, and that were taken from it. */
  readonly overruled: readonly string[];
}

/** How an object is applied. */
export interface ApplyOptions {
  readonly dryRun: boolean;
  /** For a look only: what it would be if no manager stood in the way. Else patches of our own alone are overruled. */
  readonly overruleAll?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Server-side apply of one object, strictly: an unknown field is an error. The object is sent as it was written, never
 * through types that would drop what they do not know. Only a patch of runbook's own is overruled.
 * @throws ClusterTrouble: conflicts name manager and field, unknown fields the nearest one
 */
export async function applyObject(
  cluster: Cluster,
  placed: Placed,
  options: ApplyOptions,
): Promise<AppliedObject> {
  try {
    return { ...(await send(cluster, placed, options, false)), overruled: [] };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const owners = ownersOf(error);
    const ours = owners.filter(({ manager }) => manager === PATCH_MANAGER);
    if (owners.length > 0 && (ours.length === owners.length || (options.overruleAll && options.dryRun))) {
      const forced = await send(cluster, placed, options, true);
      return { ...forced, overruled: ours.map(({ field }) => field) };
    }
    throw await explained(cluster, placed, error);
  }
}

async function send(
  cluster: Cluster,
  { object, resource, key }: Placed,
  { dryRun, signal }: ApplyOptions,
  force: boolean,
): Promise<Omit<AppliedObject, 'overruled'>> {
  const { body, warnings } = await cluster.client.request<KubeObject>({
    method: 'PATCH',
    path: objectPath(resource, key.namespace, key.name),
    query: {
      ...{ fieldManager: FIELD_MANAGER, fieldValidation: 'Strict' },
      ...(dryRun && { dryRun: 'All' }),
      ...(force && { force }),
    },
    contentType: 'application/apply-patch+yaml',
    body: object,
    ...(signal && { signal }),
  });
  return { object: body, warnings };
}

async function explained(cluster: Cluster, placed: Placed, trouble: ClusterError): Promise<ClusterError> {
  const name = showKey(placed.key);
  if (trouble.kind === 'conflict') return conflict(name, trouble);
  if (trouble.kind === 'invalid' || trouble.more.status === 500) {
    const wrong = await misspelt(cluster, placed.resource, placed.object, trouble.message);
    if (wrong) return new ClusterError('invalid', `${name}: ${wrong.message}`, { remedy: wrong.remedy });
  }
  return new ClusterError(trouble.kind, `${name}: ${trouble.message}`, { ...trouble.more, cause: trouble });
}

function conflict(name: string, trouble: ClusterError): ClusterError {
  const owned = ownersOf(trouble).filter(({ manager }) => manager !== PATCH_MANAGER);
  if (owned.length === 0) return new ClusterError('conflict', `${name}: ${trouble.message}`);
  const words = owned.map(({ field, manager }) => `${field} is owned by "${manager}"`);
  return new ClusterError('conflict', `${name}: ${words.join('; ')}.`, {
    causes: trouble.more.causes ?? [],
  });
}

/** The causes of a conflict name a manager in their message and a field beside it. */
function ownersOf({ kind, more }: ClusterError): { field: string; manager: string }[] {
  if (kind !== 'conflict') return [];
  return (more.causes ?? []).map(({ message = '', field = '' }) => ({
    field: field.replace(/^\./, ''),
    manager: /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'somebody else',
  }));
}
