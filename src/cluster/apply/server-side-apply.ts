import type { Cluster } from '../../model/cluster/cluster.ts';
import { type ApiResource, type KubeObject, type ObjectKey, showKey } from '../../model/cluster/kube.ts';
import { objectPath } from '../cluster.ts';
import { ClusterError } from '../cluster-errors.ts';
import { misspelt } from './misspelt.ts';

/** Field manager of the fields that runbook applies. */
export const FIELD_MANAGER = 'runbook';

/** Field manager of the fields that runbook patches, to distinguish the two. */
export const PATCH_MANAGER = 'runbook-patch';

/** An object with its resource and key. */
export interface Placed {
  readonly object: KubeObject;
  readonly resource: ApiResource;
  readonly key: ObjectKey;
}

/** The object that the server stored, and its warnings. */
export interface AppliedObject {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
  /** Fields that a patch of ours had set differently, and that this apply took over. */
  readonly overruled: readonly string[];
}

/** How an object is applied. */
export interface ApplyOptions {
  readonly dryRun: boolean;
  /** For comparison only: the result without conflicts. Otherwise only our own patches are overruled. */
  readonly overruleAll?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Server-side apply of one object with strict validation: an unknown field is an error. The object is sent as written,
 * without types that would drop unknown fields. Overrules only runbook's own patches.
 * @throws ClusterError: a conflict names manager and field, an unknown field the nearest one
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

async function explained(cluster: Cluster, placed: Placed, error: ClusterError): Promise<ClusterError> {
  const name = showKey(placed.key);
  if (error.kind === 'conflict') return conflict(name, error);
  if (error.kind === 'invalid' || error.more.status === 500) {
    const wrong = await misspelt(cluster, placed.resource, placed.object, error.message);
    if (wrong) return new ClusterError('invalid', `${name}: ${wrong.message}`, { remedy: wrong.remedy });
  }
  return new ClusterError(error.kind, `${name}: ${error.message}`, { ...error.more, cause: error });
}

function conflict(name: string, error: ClusterError): ClusterError {
  const owned = ownersOf(error).filter(({ manager }) => manager !== PATCH_MANAGER);
  if (owned.length === 0) return new ClusterError('conflict', `${name}: ${error.message}`);
  const conflicts = owned.map(({ field, manager }) => `${field} is owned by "${manager}"`);
  return new ClusterError('conflict', `${name}: ${conflicts.join('; ')}.`, {
    causes: error.more.causes ?? [],
  });
}

/** Each cause of a conflict names a manager in its message, and the field. */
function ownersOf({ kind, more }: ClusterError): { field: string; manager: string }[] {
  if (kind !== 'conflict') return [];
  return (more.causes ?? []).map(({ message = '', field = '' }) => ({
    field: field.replace(/^\./, ''),
    manager: /conflict with "([^"]+)"/.exec(message)?.[1] ?? 'another manager',
  }));
}
