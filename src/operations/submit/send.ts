import { objectPath } from '../../cluster/cluster.ts';
import type { KubernetesObject } from '../../export/argo/kubernetes-object.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource } from '../../model/cluster/kube.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';

/** Field manager of a submission. */
const MANAGER = 'runbook-submit';

/**
 * Applies the objects with server-side apply, in order. Dry-runs all of them first, so that none is sent if one would
 * be rejected.
 * @throws RunbookError 3 if the cluster does not serve Argo's kinds, ClusterError if it rejects an object
 */
export async function sendObjects(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const namespace of new Set(objects.map(({ metadata }) => metadata.namespace)))
    cluster.requireAllowed(namespace);
  const known = await Promise.all(
    objects.map(async (object) => ({ object, resource: await served(cluster, object) })),
  );
  const wanted: typeof known = [];
  for (const each of known) if (!(await existsAlready(cluster, each, signal))) wanted.push(each);
  for (const { object, resource } of wanted)
    await apply(cluster, resource, object, { signal, dryRun: 'All' });
  for (const { object, resource } of wanted) await apply(cluster, resource, object, { signal });
}

async function served(cluster: Cluster, { apiVersion, kind }: KubernetesObject): Promise<ApiResource> {
  const resource = await cluster.discovery.byKind(apiVersion, kind);
  if (resource) return resource;
  const message = `${cluster.name.server} does not serve ${kind} of ${apiVersion}; nothing was sent.`;
  const remedy = 'Install Argo Workflows 3.6 or newer there, or choose another cluster with KUBECONFIG.';
  throw runbookError({ code: 'no-argo', message, remedy }, EXIT.person);
}

/** An existing claim cannot be changed, and one that a person created (ReadWriteMany) is fine. */
async function existsAlready(
  cluster: Cluster,
  { object, resource }: { object: KubernetesObject; resource: ApiResource },
  signal: AbortSignal,
): Promise<boolean> {
  if (object.kind !== 'PersistentVolumeClaim') return false;
  const { namespace, name } = object.metadata;
  return (await cluster.get(resource, name, { namespace, signal })) !== undefined;
}

async function apply(
  cluster: Cluster,
  resource: ApiResource,
  object: KubernetesObject,
  { signal, dryRun }: { signal: AbortSignal; dryRun?: 'All' },
): Promise<void> {
  const { namespace, name } = object.metadata;
  await cluster.client.request({
    method: 'PATCH',
    path: objectPath(resource, namespace, name),
    query: { fieldManager: MANAGER, fieldValidation: 'Strict', dryRun },
    contentType: 'application/apply-patch+yaml',
    body: object,
    signal,
  });
}
