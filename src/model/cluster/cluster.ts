import type { ApiResource, KubeObject } from './kube.ts';

/** One request to the API server. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root, each part escaped: `/api/v1/nodes`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON, which every content type of the API takes. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** How long an answer may take, milliseconds. Default 30 s. */
  readonly timeoutMs?: number;
}

/** What the API server answered, beside what it warned of. */
export interface ApiReply<T = unknown> {
  readonly body: T;
  /** Texts of its Warning headers (RFC 9111 §5.5, as Kubernetes uses them). */
  readonly warnings: readonly string[];
}

/** A connection to one API server. */
export interface ApiClient {
  /** How many requests have been made, a watch counting as one: waiting has a price, and this is it. */
  readonly requests: number;
  /**
   * Asks once; where the server asks for patience (429, 503 with Retry-After) up to five times.
   * @throws ClusterTrouble
   */
  request<T = unknown>(request: ApiRequest): Promise<ApiReply<T>>;
  /**
   * Opens a stream of JSON lines (a watch). It ends when the server ends it, and rejects when the connection breaks;
   * stopping the iteration or the signal closes the connection.
   * @throws ClusterTrouble
   */
  stream(request: ApiRequest): Promise<AsyncGenerator<unknown, void, undefined>>;
  /** Closes every connection. */
  close(): void;
}

/** What kinds a cluster serves; asked once, and again for a kind that was not there, since steps bring new ones. */
export interface Discovery {
  /** By what stands in an object. Undefined: the cluster serves no such kind. */
  byKind(apiVersion: string, kind: string): Promise<ApiResource | undefined>;
  /**
   * By what a person writes: `deploy`, `deployment`, `deployments`, `Deployment`, `deployments.apps`,
   * `ingressroute.traefik.io`. Groups that come with Kubernetes win over others of the same name.
   */
  byName(name: string): Promise<ApiResource | undefined>;
  /** All, preferred versions first in each group. */
  all(): Promise<readonly ApiResource[]>;
  /** Forgets what was learned. */
  refresh(): void;
}

/** Which context of which kubeconfig this is, and at which address. */
export interface ClusterName {
  readonly context: string;
  readonly server: string;
  /** The kubeconfig that names it. */
  readonly path: string;
}

/** One list, page by page or whole. */
interface ListOptions {
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

/** A cluster that can be asked. Every method may throw ClusterTrouble (cluster/trouble). */
export interface Cluster {
  readonly name: ClusterName;
  /** The namespace of the context. */
  readonly namespace: string;
  /**
   * Refuses what the person has not allowed: this namespace; `null`: a change of what belongs to none; `undefined`: a look.
   * @throws ClusterTrouble not-allowed
   */
  requireAllowed(namespace: string | null | undefined): void;
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
