import { type AccessRequest, isAllowed } from '../../../cluster/access/access-review.ts';
import { mapConcurrently } from '../../../cluster/map-concurrently.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/place.ts';
import type { PatchedOnCluster, WantedOnCluster } from './wanted.ts';

/** Server-side apply reads, patches, and creates missing objects. */
const NEEDED = ['get', 'patch', 'create'] as const;

/** A patch needs an existing object. */
const TO_PATCH = ['get', 'patch'] as const;

/** The permissions that the context lacks for the fences, according to the API server. */
export async function missingRights(
  cluster: Cluster,
  {
    wanted,
    patched,
  }: { readonly wanted: readonly WantedOnCluster[]; readonly patched: readonly PatchedOnCluster[] },
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const requests = new Map<string, AccessRequest & { readonly place: Place }>();
  const request = (
    verbs: readonly AccessRequest['verb'][],
    { resource, namespace, place }: PatchedOnCluster,
  ) => {
    for (const verb of verbs) {
      const id = [verb, resource.group, resource.resource, namespace].join(' ');
      if (requests.has(id)) continue;
      requests.set(id, { verb, resource, place, ...(namespace !== undefined && { namespace }) });
    }
  };
  for (const { placed, place } of wanted)
    request(NEEDED, { resource: placed.resource, namespace: placed.key.namespace, place });
  for (const each of patched) request(TO_PATCH, each);
  const answers = await mapConcurrently(8, [...requests.values()], async (request) => ({
    request,
    allowed: await isAllowed(cluster, request, signal),
  }));
  const denied = answers.filter(({ allowed }) => !allowed);
  return [...grouped(denied, ({ request }) => nameOf(request))].map(([what, rows]) => ({
    code: 'missing-right',
    severity: 'error',
    message: `Context "${cluster.name.context}" may not ${rows.map(({ request }) => request.verb).join(', ')} ${what}.`,
    remedy: 'Ask a cluster administrator for the permission, or use a context that has it.',
    place: rows[0]!.request.place,
  }));
}

function nameOf({ resource, namespace }: AccessRequest): string {
  const kind = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
  return namespace === undefined ? kind : `${kind} in namespace "${namespace}"`;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
