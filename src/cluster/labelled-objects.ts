import type { Cluster } from '../model/cluster.ts';
import type { ObjectKey } from '../model/kube.ts';
import { INVENTORY_LABEL } from './inventory.ts';
import { ClusterTrouble } from './trouble.ts';

/** A kind and a place to look for labelled objects. */
export interface LabelledPlace {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: of a kind that has none. */
  readonly namespace?: string;
}

/**
 * The objects that carry a runbook's label, in the places where it has applied something. What may not be listed is left
 * out: nobody can tell of it.
 * @throws ClusterTrouble where the cluster as a whole cannot be asked
 */
export async function labelledObjects(
  cluster: Cluster,
  places: readonly LabelledPlace[],
  inventory: string,
  signal?: AbortSignal,
): Promise<ObjectKey[]> {
  const unique = [
    ...new Map(
      places.map((place) => [JSON.stringify([place.apiVersion, place.kind, place.namespace]), place]),
    ).values(),
  ];
  const lists = await Promise.all(
    unique.map(async ({ apiVersion, kind, namespace }) => {
      const resource = await cluster.discovery.byKind(apiVersion, kind);
      if (!resource) return [];
      const where = { ...(namespace !== undefined && { namespace }), ...(signal && { signal }) };
      const { items } = await cluster
        .list(resource, { ...where, labelSelector: `${INVENTORY_LABEL}=${inventory}` })
        .catch((error: unknown) => {
          if (error instanceof ClusterTrouble && (error.kind === 'forbidden' || error.kind === 'not-found'))
            return { items: [] };
          throw error;
        });
      return items.map(({ metadata }) => ({
        ...{ apiVersion, kind, name: metadata?.name ?? '' },
        ...(metadata?.namespace !== undefined && { namespace: metadata.namespace }),
      }));
    }),
  );
  return lists.flat();
}
