import type { Cluster } from '../../model/cluster/cluster.ts';
import { ClusterError, remedyOf } from '../cluster-errors.ts';
import type { ReadKind } from './observation-builder.ts';
import type { RawObject } from './raw.ts';

/** API path of each kind. */
const PLACES: Readonly<
  Record<ReadKind, { readonly root: string; readonly resource: string; readonly whole?: true }>
> = {
  Node: { root: '/api/v1', resource: 'nodes', whole: true },
  StorageClass: { root: '/apis/storage.k8s.io/v1', resource: 'storageclasses', whole: true },
  ServiceAccount: { root: '/api/v1', resource: 'serviceaccounts' },
  ResourceQuota: { root: '/api/v1', resource: 'resourcequotas' },
  LimitRange: { root: '/api/v1', resource: 'limitranges' },
  Service: { root: '/api/v1', resource: 'services' },
  NetworkPolicy: { root: '/apis/networking.k8s.io/v1', resource: 'networkpolicies' },
  PersistentVolumeClaim: { root: '/api/v1', resource: 'persistentvolumeclaims' },
  Deployment: { root: '/apis/apps/v1', resource: 'deployments' },
  StatefulSet: { root: '/apis/apps/v1', resource: 'statefulsets' },
  DaemonSet: { root: '/apis/apps/v1', resource: 'daemonsets' },
  ReplicaSet: { root: '/apis/apps/v1', resource: 'replicasets' },
  Job: { root: '/apis/batch/v1', resource: 'jobs' },
  EventSource: { root: '/apis/argoproj.io/v1alpha1', resource: 'eventsources' },
  Sensor: { root: '/apis/argoproj.io/v1alpha1', resource: 'sensors' },
  Pod: { root: '/api/v1', resource: 'pods' },
  EndpointSlice: { root: '/apis/discovery.k8s.io/v1', resource: 'endpointslices' },
  Event: { root: '/api/v1', resource: 'events' },
};

/** Page size; a page is freed before the next is requested. */
const PAGE = 500;

/** Time limit of one response in milliseconds. */
const ANSWER_MS = 10_000;

/** The namespaces to read: all of the cluster, or these. */
export type Namespaces = 'all' | readonly string[];

/**
 * Reads a cluster page by page. What cannot be read is recorded once, in text for people, and reading continues. If
 * the server does not answer or rejects the credentials, everything after that fails at once.
 */
export class ClusterReader {
  readonly unavailable: string[] = [];
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;
  #dead: ClusterError | undefined;

  constructor(cluster: Cluster, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#signal = signal;
  }

  /** Nothing more can be read. */
  get isDead(): boolean {
    return this.#dead !== undefined;
  }

  /** Passes every object of a kind to `onObject`. Returns whether all were read. */
  async list(
    kind: ReadKind,
    namespaces: Namespaces,
    onObject: (raw: RawObject) => void,
    query: Readonly<Record<string, string>> = {},
  ): Promise<boolean> {
    const { root, resource, whole } = PLACES[kind];
    const paths =
      whole || namespaces === 'all'
        ? [`${root}/${resource}`]
        : namespaces.map((each) => `${root}/namespaces/${encodeURIComponent(each)}/${resource}`);
    let complete = true;
    for (const path of paths) {
      const read = await this.attempt(`${resource} cannot be read`, () => this.#pages(path, onObject, query));
      if (read === undefined) complete = false;
    }
    return complete;
  }

  async #pages(
    path: string,
    onObject: (raw: RawObject) => void,
    query: Readonly<Record<string, string>>,
  ): Promise<true> {
    let next: string | undefined;
    do {
      const { body } = await this.#cluster.client.request<{
        metadata?: { continue?: string };
        items?: readonly RawObject[];
      }>({
        path,
        query: { ...query, limit: PAGE, ...(next !== undefined && { continue: next }) },
        signal: this.#signal,
        timeoutMs: ANSWER_MS,
      });
      for (const each of body.items ?? []) onObject(each);
      next = body.metadata?.continue || undefined;
    } while (next !== undefined);
    return true;
  }

  /** One object or text. */
  async get<T>(path: string, query: Readonly<Record<string, string | number | boolean>> = {}): Promise<T> {
    const { body } = await this.#cluster.client.request<T>({
      path,
      query,
      signal: this.#signal,
      timeoutMs: ANSWER_MS,
    });
    return body;
  }

  /** Returns the result; on an error, records it under `what` and returns undefined. */
  async attempt<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    if (this.#dead) return undefined;
    try {
      return await read();
    } catch (error) {
      this.#record(what, error instanceof ClusterError ? error : undefined, error);
      return undefined;
    }
  }

  #record(what: string, clusterError: ClusterError | undefined, error: unknown): void {
    const late = this.#signal.aborted;
    // A kind that this cluster does not serve is not an error.
    if (clusterError?.kind === 'not-found' && !late) return;
    const dead = late || clusterError?.kind === 'unreachable' || clusterError?.kind === 'unauthorized';
    const why = late
      ? 'The time limit was reached.'
      : clusterError
        ? sentence(clusterError)
        : error instanceof Error
          ? error.message
          : String(error);
    if (!dead) this.#addUnavailable(`${what}: ${why}`);
    else if (!this.#dead) {
      this.#addUnavailable(late ? `${what}: ${why}` : why);
      this.#dead = clusterError ?? new ClusterError('aborted', why);
    }
  }

  #addUnavailable(text: string): void {
    if (!this.unavailable.includes(text)) this.unavailable.push(text);
  }
}

/** The error, and what to do about it. */
export function sentence(clusterError: ClusterError): string {
  return `${clusterError.message.replace(/\.$/, '')}. ${remedyOf(clusterError)}`;
}
