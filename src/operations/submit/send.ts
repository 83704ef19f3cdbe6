import { objectPath } from '../../cluster/cluster.ts';
import type { KubernetesObject } from '../../export/argo/kubernetes-object.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource } from '../../model/cluster/kube.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';

/** Who the fields belong to that a submission sets. */
const MANAGER = 'runbook-submit';

/**
 * Applies the objects on the server's side, in order; every one is tried without effect first, so that none is sent
 * where one would be refused.
 * @throws RunbookError 3 where the cluster does not serve Argo's kinds, ClusterTrouble where it refuses an object
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
  for (const each of known) if (!(await isThere(cluster, each, signal))) wanted.push(each);
  for (const { object, resource } of wanted)
    await apply(cluster, resource, object, { signal, dryRun: 'All' });
  for (const { object, resource } of wanted) await apply(cluster, resource, object, { signal });
}

async function served(cluster: Cluster, { apiVersion, kind }: KubernetesObject): Promise<ApiResource> {
  const resource = await cluster.discovery.byKind(apiVersion, kind);
  if (resource) return resource;
  const message = `${cluster.name.server} serves no ${kind} of ${apiVersion}; nothing was sent.`;
  const remedy = 'Install Argo Workflows 3.6 or newer there, or choose another cluster with KUBECONFIG.';
  throw new RunbookError([{ code: 'no-argo', severity: 'error', message, remedy }], EXIT.person);
}

/** A claim cannot be changed once it is there, and one that a person made (ReadWriteMany) is as good. */
async function isThere(
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
