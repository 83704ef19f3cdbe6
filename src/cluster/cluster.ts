import type { Duplex } from 'node:stream';
import type { ApiClient, Cluster, ClusterName, ObjectList } from '../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../model/cluster/kube.ts';
import { openClient } from './access/client.ts';
import { type CredentialPlace, credentialsOf } from './access/credentials.ts';
import { openDiscovery, versionOf } from './access/discovery.ts';
import { findContext, type KubeContext } from './access/kubeconfig.ts';
import { ClusterError } from './cluster-errors.ts';

/** Where a box's cluster is found, and how to connect to it. */
export interface ClusterPlace extends CredentialPlace {
  /** Opens a TCP connection from the box; without it, connections are opened from this machine. */
  readonly connect?: (host: string, port: number) => Promise<Duplex>;
  /**
   * Whether the person has approved this context, and this namespace in it. `null`: changes of cluster-scoped objects;
   * `undefined`: reading.
   */
  isAllowed(name: ClusterName, namespace?: string | null): boolean;
}

/**
 * Opens the cluster of a box: finds its kubeconfig and reads its credentials. Sends nothing to the server yet.
 * @throws ClusterError no-config, unauthorized
 */
export async function openCluster(place: ClusterPlace): Promise<Cluster> {
  return openContext(await findContext(place), place);
}

/** The same, for a context that was found before. */
export async function openContext(found: KubeContext, place: ClusterPlace): Promise<Cluster> {
  if (found.cluster['proxy-url'] !== undefined) {
    throw new ClusterError(
      'no-config',
      `Context "${found.context}" sets proxy-url, which runbook does not support.`,
    );
  }
  if (!URL.canParse(found.server)) {
    throw new ClusterError(
      'no-config',
      `The server of context "${found.context}" must be a URL, got "${found.server}".`,
    );
  }
  const { context, server, path, namespace } = found;
  const name = { context, server, path };
  if (!place.isAllowed(name)) throw notAllowed(name);
  const credentials = await credentialsOf(found, place);
  const client = openClient({ server, credentials, ...(place.connect && { connect: place.connect }) });
  return clusterWithClient(name, namespace, client, (inside) => place.isAllowed(name, inside));
}

function notAllowed({ context, server }: ClusterName, namespace?: string | null): ClusterError {
  const what =
    namespace === null
      ? 'cluster-scoped objects of '
      : namespace === undefined
        ? ''
        : `namespace "${namespace}" of `;
  const flag = namespace ? ` --namespace ${namespace}` : '';
  return new ClusterError('not-allowed', `You have not approved ${what}context "${context}" (${server}).`, {
    remedy: `Approve it with: runbook approve --context ${context}${flag}`,
  });
}

/** A cluster with an existing client. */
export function clusterWithClient(
  name: ClusterName,
  namespace: string,
  client: ApiClient,
  isAllowed: (namespace: string | null | undefined) => boolean = () => true,
): Cluster {
  return {
    name,
    namespace,
    client,
    requireAllowed: (inside) => {
      if (!isAllowed(inside)) throw notAllowed(name, inside);
    },
    discovery: openDiscovery(client),
    get: async (resource, object, { namespace: inside, signal } = {}) => {
      try {
        const path = objectPath(resource, inside, object);
        return (await client.request<KubeObject>({ path, ...(signal && { signal }) })).body;
      } catch (error) {
        if (error instanceof ClusterError && error.kind === 'not-found') return undefined;
        throw error;
      }
    },
    list: async (resource, { namespace: inside, signal, ...query } = {}) => {
      const path = collectionPath(resource, inside);
      return (await client.request<ObjectList>({ path, query, ...(signal && { signal }) })).body;
    },
    close: () => client.close(),
  };
}

/** `/apis/apps/v1/namespaces/argo/deployments`. */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${versionOf(resource)}`;
  const inside =
    resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${inside}/${resource.resource}`;
}

/** `/apis/apps/v1/namespaces/argo/deployments/argo-server`. */
export function objectPath(resource: ApiResource, namespace: string | undefined, name: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}
