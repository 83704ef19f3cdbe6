import { mayDo, type Wish } from '../../cluster/access-review.ts';
import { mapAtOnce } from '../../cluster/at-once.ts';
import type { Cluster } from '../../model/cluster.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import type { WantedThere } from './wanted.ts';

/** What server-side apply needs: it reads, patches, and creates what is not there. */
const NEEDED = ['get', 'patch', 'create'] as const;

/** The rights that the context lacks for what the fences will do, as the API server says. */
export async function missingRights(
  cluster: Cluster,
  wanted: readonly WantedThere[],
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const wishes = new Map<string, Wish & { readonly place: Place }>();
  for (const { placed, place } of wanted) {
    const { resource, key } = placed;
    for (const verb of NEEDED) {
      const id = [verb, resource.group, resource.resource, key.namespace].join(' ');
      if (wishes.has(id)) continue;
      wishes.set(id, {
        verb,
        resource,
        place,
        ...(key.namespace !== undefined && { namespace: key.namespace }),
      });
    }
  }
  const answers = await mapAtOnce(8, [...wishes.values()], async (wish) => ({
    wish,
    allowed: await mayDo(cluster, wish, signal),
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

function nameOf({ resource, namespace }: Wish): string {
  const kind = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
  return namespace === undefined ? kind : `${kind} in namespace "${namespace}"`;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
