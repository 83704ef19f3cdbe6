import { type AccessRequest, isAllowed } from '../../../cluster/access/access-review.ts';
import { mapAtOnce } from '../../../cluster/at-once.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { Place } from '../../../model/place.ts';
import type { PatchedThere, WantedThere } from './wanted.ts';

/** What server-side apply needs: it reads, patches, and creates what is not there. */
const NEEDED = ['get', 'patch', 'create'] as const;

/** And what a patch needs: its object is there. */
const TO_PATCH = ['get', 'patch'] as const;

/** The rights that the context lacks for what the fences will do, as the API server says. */
export async function missingRights(
  cluster: Cluster,
  { wanted, patched }: { readonly wanted: readonly WantedThere[]; readonly patched: readonly PatchedThere[] },
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const wishes = new Map<string, AccessRequest & { readonly place: Place }>();
  const wish = (verbs: readonly AccessRequest['verb'][], { resource, namespace, place }: PatchedThere) => {
    for (const verb of verbs) {
      const id = [verb, resource.group, resource.resource, namespace].join(' ');
      if (wishes.has(id)) continue;
      wishes.set(id, { verb, resource, place, ...(namespace !== undefined && { namespace }) });
    }
  };
  for (const { placed, place } of wanted)
    wish(NEEDED, { resource: placed.resource, namespace: placed.key.namespace, place });
  for (const each of patched) wish(TO_PATCH, each);
  const answers = await mapAtOnce(8, [...wishes.values()], async (wish) => ({
    wish,
    allowed: await isAllowed(cluster, wish, signal),
  }));
  const denied = answers.filter(({ allowed }) => !allowed);
  return [...grouped(denied, ({ wish }) => nameOf(wish))].map(([what, rows]) => ({
    code: 'missing-right',
    severity: 'error',
    message: `Context "${cluster.name.context}" may not ${rows.map(({ wish }) => wish.verb).join(', ')} ${what}.`,
    remedy: 'Have somebody grant it, or use a context that may.',
    place: rows[0]!.wish.place,
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
