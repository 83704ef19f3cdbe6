import { nearest } from '../../base/nearest.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { ClusterError } from '../cluster-errors.ts';
import { withInventoryLabel } from './inventory.ts';
import { withSecretData } from './secret-data.ts';
import type { Placed } from './server-side-apply.ts';

/** The default namespace of objects, and the label that identifies them. */
export interface Placing {
  /** Namespace of a namespaced object that names none. */
  readonly namespace: string;
  readonly inventory: string;
}

/**
 * Determines the namespace and resource of each object. A kind that the cluster does not serve yet may be defined by a
 * CustomResourceDefinition of the same set.
 * @throws ClusterError invalid: unknown kind, or the same object twice; not-allowed
 */
export async function placeAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  placing: Placing,
): Promise<Placed[]> {
  const coming = objects.flatMap(definedBy);
  const placed: Placed[] = [];
  const known = new Set<string>();
  for (const object of objects) {
    const one = await place(cluster, object, placing, coming);
    const id = JSON.stringify(one.key);
    if (known.has(id))
      throw new ClusterError('invalid', `${object.kind} "${one.key.name}" is defined twice.`, {
        remedy: 'Remove one of them.',
      });
    known.add(id);
    placed.push(one);
  }
  return placed;
}

async function place(
  cluster: Cluster,
  object: KubeObject,
  { namespace: defaultNamespace, inventory }: Placing,
  coming: readonly ApiResource[],
): Promise<Placed> {
  const { apiVersion = '', kind = '', metadata } = object;
  const resource =
    coming.find((each) => `${each.group}/${each.version}` === apiVersion && each.kind === kind) ??
    (await cluster.discovery.byKind(apiVersion, kind));
  if (!resource) throw await unknownKind(cluster, apiVersion, kind);
  const name = metadata?.name ?? '';
  if (!resource.namespaced) {
    // An approved namespace may be created; other cluster-scoped objects need approval of the whole context.
    cluster.requireAllowed(kind === 'Namespace' ? name : null);
    const { namespace: _, ...own } = metadata ?? {};
    return {
      object: withInventoryLabel({ ...object, metadata: own }, inventory),
      resource,
      key: { apiVersion, kind, name },
    };
  }
  const namespace = metadata?.namespace ?? defaultNamespace;
  cluster.requireAllowed(namespace);
  return {
    object: withInventoryLabel(
      { ...withSecretData(object), metadata: { ...metadata, namespace } },
      inventory,
    ),
    resource,
    key: { apiVersion, kind, namespace, name },
  };
}

async function unknownKind(cluster: Cluster, apiVersion: string, kind: string): Promise<ClusterError> {
  const all = await cluster.discovery.all();
  const otherVersion = all.find((each) => each.kind === kind);
  const near = nearest(
    kind,
    all.map((each) => each.kind),
  );
  const remedy = otherVersion
    ? `The cluster serves it in ${otherVersion.group === '' ? otherVersion.version : `${otherVersion.group}/${otherVersion.version}`}.`
    : near
      ? `Nearest: ${near}. Or apply its CustomResourceDefinition first.`
      : 'Apply its CustomResourceDefinition first, in this fence or in an earlier step.';
  return new ClusterError('invalid', `The cluster does not serve ${kind} in ${apiVersion}.`, { remedy });
}

/** The kinds that a CustomResourceDefinition defines. */
function definedBy(object: KubeObject): ApiResource[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const { group, scope, names, versions } = (object.spec ?? {}) as {
    group?: string;
    scope?: string;
    names?: { kind?: string; plural?: string; singular?: string; shortNames?: string[] };
    versions?: { name?: string; served?: boolean }[];
  };
  if (!group || !names?.kind || !names.plural) return [];
  const { kind, plural, singular, shortNames = [] } = names;
  return (versions ?? []).flatMap(({ name, served }) =>
    name && served
      ? [
          {
            ...{ group, version: name, resource: plural, kind, shortNames, verbs: [] },
            singular: singular ?? kind.toLowerCase(),
            namespaced: scope === 'Namespaced',
          },
        ]
      : [],
  );
}
