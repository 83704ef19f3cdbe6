import type { Duplex } from 'node:stream';
import type { ApiResource, KubeObject } from '../model/kube.ts';
import { type ApiClient, openClient } from './client.ts';
import { type CredentialPlace, credentialsOf } from './credentials.ts';
import { type Discovery, openDiscovery, versionOf } from './discovery.ts';
import { findContext } from './kubeconfig.ts';
import { ClusterTrouble } from './trouble.ts';

/** Where a box's cluster is found, and how it is reached from here. */
export interface ClusterPlace extends CredentialPlace {
  /** A TCP connection as the box itself would make it; without it from this machine. */
  readonly connect?: (host: string, port: number) => Promise<Duplex>;
}

/** Which context of which kubeconfig this is, and at which address. */
export interface ClusterName {
  readonly context: string;
  readonly server: string;
  /** The kubeconfig that names it. */
  readonly path: string;
}

/** One list, page by page or whole. */
export interface ListOptions {
  /** Absent: of all namespaces, or of a kind that has none. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** At most so many in one answer; the rest by `continue`. */
  readonly limit?: number;
  readonly continue?: string;
  /** `'0'`: whatever the server's cache has. */
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

/** What a list answers. Items lack apiVersion and kind, as the API server leaves them out. */
export interface ObjectList {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly KubeObject[];
}

/** A cluster that can be asked. Every method may throw ClusterTrouble. */
export interface Cluster {
  readonly name: ClusterName;
  /** The namespace of the context. */
  readonly namespace: string;
  readonly client: ApiClient;
  readonly discovery: Discovery;
  /** One object; undefined where there is none of that name. */
  get(
    resource: ApiResource,
    name: string,
    options?: { namespace?: string; signal?: AbortSignal },
  ): Promise<KubeObject | undefined>;
  list(resource: ApiResource, options?: ListOptions): Promise<ObjectList>;
  close(): void;
}

/**
 * Opens the cluster of a box: finds its kubeconfig, reads its credentials. Nothing is asked of the server yet.
 * @throws ClusterTrouble no-config, unauthorized
 */
export async function openCluster(place: ClusterPlace): Promise<Cluster> {
  const found = await findContext(place);
  if (found.cluster['proxy-url'] !== undefined) {
    throw new ClusterTrouble(
      'no-config',
      `Context "${found.context}" asks for a proxy, which is not supported.`,
    );
  }
  if (!URL.canParse(found.server)) {
    throw new ClusterTrouble(
      'no-config',
      `Context "${found.context}" names "${found.server}", which is no URL.`,
    );
  }
  const credentials = await credentialsOf(found, place);
  const { context, server, path, namespace } = found;
  const client = openClient({ server, credentials, ...(place.connect && { connect: place.connect }) });
  return clusterOf({ context, server, path }, namespace, client);
}

/** A cluster around a client, however that came about. */
export function clusterOf(name: ClusterName, namespace: string, client: ApiClient): Cluster {
  return {
    name,
    namespace,
    client,
    discovery: openDiscovery(client),
    get: async (resource, object, { namespace: inside, signal } = {}) => {
      try {
        const path = objectPath(resource, inside, object);
        return (await client.request<KubeObject>({ path, ...(signal && { signal }) })).body;
      } catch (error) {
        if (error instanceof ClusterTrouble && error.kind === 'not-found') return undefined;
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
