import type { Cluster } from '../../model/cluster/cluster.ts';
import type { KubeObject, ObjectKey } from '../../model/cluster/kube.ts';
import { ClusterError } from '../cluster-errors.ts';
import { INVENTORY_LABEL } from './inventory.ts';
import { FIELD_MANAGER } from './server-side-apply.ts';

/** A kind and namespace to search for labelled objects. */
export interface LabelledPlace {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
}

/**
 * The objects that carry a runbook's label because it applied them, in the places where it has applied something, and
 * the places that may not be listed, whose content is unknown.
 * @throws ClusterError if the cluster itself cannot be reached
 */
export async function labelledObjects(
  cluster: Cluster,
  places: readonly LabelledPlace[],
  inventory: string,
  signal?: AbortSignal,
): Promise<{ objects: ObjectKey[]; unlistable: LabelledPlace[] }> {
  const unlistable: LabelledPlace[] = [];
  const unique = [
    ...new Map(
      places.map((place) => [JSON.stringify([place.apiVersion, place.kind, place.namespace]), place]),
    ).values(),
  ];
  const lists = await Promise.all(
    unique.map(async (place) => {
      const { apiVersion, kind, namespace } = place;
      const resource = await cluster.discovery.byKind(apiVersion, kind);
      if (!resource) return [];
      const where = { ...(namespace !== undefined && { namespace }), ...(signal && { signal }) };
      const { items } = await cluster
        .list(resource, { ...where, labelSelector: `${INVENTORY_LABEL}=${inventory}` })
        .catch((error: unknown) => {
          if (!(error instanceof ClusterError)) throw error;
          if (error.kind !== 'forbidden' && error.kind !== 'not-found') throw error;
          if (error.kind === 'forbidden') unlistable.push(place);
          return { items: [] };
        });
      return items.filter(isApplied).map(({ metadata }) => ({
        ...{ apiVersion, kind, name: metadata?.name ?? '' },
        ...(metadata?.namespace !== undefined && { namespace: metadata.namespace }),
      }));
    }),
  );
  return { objects: lists.flat(), unlistable };
}

/** Controllers copy labels to the objects that they create (a Sensor's to its Deployment); those do not count. */
function isApplied({ metadata }: KubeObject): boolean {
  return metadata?.managedFields
    ? metadata.managedFields.some(({ manager }) => manager === FIELD_MANAGER)
    : !metadata?.ownerReferences?.length;
}
