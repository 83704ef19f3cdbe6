import type { Duplex } from 'node:stream';
import type { ApiClient, Cluster, ClusterName, ObjectList } from '../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../model/cluster/kube.ts';
import { openClient } from './access/client.ts';
import { type CredentialPlace, credentialsOf } from './access/credentials.ts';
import { openDiscovery, versionOf } from './access/discovery.ts';
import { findContext, type KubeContext } from './access/kubeconfig.ts';
import { ClusterError } from './cluster-errors.ts';

/** Where a box's cluster is found, and how it is reached from here. */
export interface ClusterPlace extends CredentialPlace {
  /** A TCP connection as the box itself would make it; without it from this machine. */
  readonly connect?: (host: string, port: number) => Promise<Duplex>;
  /**
   * Whether the person lets this context be touched, and there this namespace; `null`: changes of what belongs to none;
   * `undefined`: a look at that.
   */
  isAllowed(name: ClusterName, namespace?: string | null): boolean;
}

/**
 * Opens the cluster of a box: finds its kubeconfig, reads its credentials. Nothing is asked of the server yet.
 * @throws ClusterTrouble no-config, unauthorized
 */
export async function openCluster(place: ClusterPlace): Promise<Cluster> {
  return openContext(await findContext(place), place);
}

/** The same, for a context that was found before. */
export async function openContext(found: KubeContext, place: ClusterPlace): Promise<Cluster> {
  if (found.cluster['proxy-url'] !== undefined) {
    throw new ClusterError(
      'no-config',
      `Context "${found.context}" asks for a proxy, which is not supported.`,
    );
  }
  if (!URL.canParse(found.server)) {
    throw new ClusterError(
      'no-config',
      `Context "${found.context}" names "${found.server}", which is no URL.`,
    );
  }
  const { context, server, path, namespace } = found;
  const name = { context, server, path };
  if (!place.isAllowed(name)) throw notAllowed(name);
  const credentials = await credentialsOf(found, place);
  const client = openClient({ server, credentials, ...(place.connect && { connect: place.connect }) });
  return clusterOf(name, namespace, client, (inside) => place.isAllowed(name, inside));
}

function notAllowed({ context, server }: ClusterName, namespace?: string | null): ClusterError {
  const what =
    namespace === null
      ? 'what belongs to no namespace in '
      : namespace === undefined
        ? ''
        : `namespace "${namespace}" of `;
  const flag = namespace ? ` --namespace ${namespace}` : '';
  return new ClusterError(
    'not-allowed',
    `${what}context "${context}" (${server}) is not on your list of what may be touched`,
    { remedy: `Allow it with: runbook approve --context ${context}${flag}` },
  );
}

/** A cluster around a client, however that came about. */
export function clusterOf(
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
