import type { ApiResource, KubeObject } from './kube.ts';

/** One request to the API server. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, each part escaped: `/api/v1/nodes`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON, which the API accepts as any content type. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Timeout of the response in milliseconds; default 30 s. */
  readonly timeoutMs?: number;
}

/** The API server's response and its warnings. */
export interface ApiReply<T = unknown> {
  readonly body: T;
  /** Texts of its Warning headers (RFC 9111 §5.5, as Kubernetes uses them). */
  readonly warnings: readonly string[];
}

/** A connection to one API server. */
export interface ApiClient {
  /** Number of requests so far; a watch counts as one. Measures the cost of waiting. */
  readonly requests: number;
  /**
   * Sends a request. Retries up to five times if the server asks for it (429, 503 with Retry-After).
   *
   * @throws ClusterError
   */
  request<T = unknown>(request: ApiRequest): Promise<ApiReply<T>>;
  /**
   * Opens a stream of JSON lines (a watch). It ends when the server ends it, and rejects when the connection breaks.
   * Stopping the iteration or aborting the signal closes the connection.
   *
   * @throws ClusterError
   */
  stream(request: ApiRequest): Promise<AsyncGenerator<unknown, void, undefined>>;
  /** Closes every connection. */
  close(): void;
}

/** The kinds that a cluster serves. Cached; queried again for an unknown kind, because steps can install new ones. */
export interface Discovery {
  /** Finds a kind by the apiVersion and kind of an object. Undefined: the cluster does not serve it. */
  byKind(apiVersion: string, kind: string): Promise<ApiResource | undefined>;
  /**
   * Finds a kind by what a person writes: `deploy`, `deployment`, `deployments`, `Deployment`, `deployments.apps`,
   * `ingressroute.traefik.io`. Kubernetes' own groups take precedence over others with the same name.
   */
  byName(name: string): Promise<ApiResource | undefined>;
  /** All kinds; within each group the preferred versions come first. */
  all(): Promise<readonly ApiResource[]>;
  /** Clears the cache. */
  refresh(): void;
}

/** The context, its kubeconfig and its server address. */
export interface ClusterName {
  readonly context: string;
  readonly server: string;
  /** Path of the kubeconfig that defines it. */
  readonly path: string;
}

/** Options of a list request. */
interface ListOptions {
  /** Absent: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Page size; `continue` fetches the rest. */
  readonly limit?: number;
  readonly continue?: string;
  /** `'0'`: accept the state of the server's cache. */
  readonly resourceVersion?: string;
  readonly signal?: AbortSignal;
}

/** The response to a list request. Items lack apiVersion and kind, because the API server omits them. */
export interface ObjectList {
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly KubeObject[];
}

/** A cluster that can be queried. Every method may throw ClusterError (cluster/errors). */
export interface Cluster {
  readonly name: ClusterName;
  /** The context's default namespace. */
  readonly namespace: string;
  /**
   * Throws unless the person has allowed this namespace. `null`: a change of cluster-scoped objects; `undefined`:
   * reading them.
   *
   * @throws ClusterError not-allowed
   */
  requireAllowed(namespace: string | null | undefined): void;
  readonly client: ApiClient;
  readonly discovery: Discovery;
  /** One object; undefined if it does not exist. */
  get(
    resource: ApiResource,
    name: string,
    options?: { namespace?: string; signal?: AbortSignal },
  ): Promise<KubeObject | undefined>;
  list(resource: ApiResource, options?: ListOptions): Promise<ObjectList>;
  close(): void;
}
