import type { Cluster } from '../../model/cluster/cluster.ts';
import { ClusterError, remedyOf } from '../cluster-errors.ts';
import type { ReadKind } from './observation-builder.ts';
import type { RawObject } from './raw.ts';

/** Where a kind is listed. */
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

/** Objects of one answer; a page is let go before the next is asked for. */
const PAGE = 500;

/** What an answer may take, milliseconds: a look is not worth waiting long for. */
const ANSWER_MS = 10_000;

/** The namespaces to look at: all of the cluster, or these. */
export type Namespaces = 'all' | readonly string[];

/**
 * Reads a cluster page by page. What cannot be read is noted once, in words for people, and the rest goes on; only where
 * the server does not answer or does not know who asks, everything after it fails at once.
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

  /** Every object of a kind, one by one. Whether all of them went by. */
  async list(
    kind: ReadKind,
    namespaces: Namespaces,
    take: (raw: RawObject) => void,
    query: Readonly<Record<string, string>> = {},
  ): Promise<boolean> {
    const { root, resource, whole } = PLACES[kind];
    const paths =
      whole || namespaces === 'all'
        ? [`${root}/${resource}`]
        : namespaces.map((each) => `${root}/namespaces/${encodeURIComponent(each)}/${resource}`);
    let complete = true;
    for (const path of paths) {
      const read = await this.attempt(`${resource} cannot be read`, () => this.#pages(path, take, query));
      if (read === undefined) complete = false;
    }
    return complete;
  }

  async #pages(
    path: string,
    take: (raw: RawObject) => void,
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
      for (const each of body.items ?? []) take(each);
      next = body.metadata?.continue || undefined;
    } while (next !== undefined);
    return true;
  }

  /** One object or text; undefined where it is not there, or may not be read. */
  async get<T>(path: string, query: Readonly<Record<string, string | number | boolean>> = {}): Promise<T> {
    const { body } = await this.#cluster.client.request<T>({
      path,
      query,
      signal: this.#signal,
      timeoutMs: ANSWER_MS,
    });
    return body;
  }

  /** What something answers; where it is in trouble, that is noted under `what`, and the answer is undefined. */
  async attempt<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    if (this.#dead) return undefined;
    try {
      return await ask();
    } catch (error) {
      this.#note(what, error instanceof ClusterError ? error : undefined, error);
      return undefined;
    }
  }

  #note(what: string, trouble: ClusterError | undefined, error: unknown): void {
    const late = this.#signal.aborted;
    // A kind that this cluster does not have is no loss.
    if (trouble?.kind === 'not-found' && !late) return;
    const dead = late || trouble?.kind === 'unreachable' || trouble?.kind === 'unauthorized';
    const why = late
      ? 'the time for this look was over'
      : trouble
        ? sentence(trouble)
        : error instanceof Error
          ? error.message
          : String(error);
    if (!dead) this.#say(`${what}: ${why}`);
    else if (!this.#dead) {
      this.#say(late ? `${what}: ${why}` : why);
      this.#dead = trouble ?? new ClusterError('aborted', why);
    }
  }

  #say(words: string): void {
    if (!this.unavailable.includes(words)) this.unavailable.push(words);
  }
}

/** What is wrong, and what to do about it. */
export function sentence(trouble: ClusterError): string {
  return `${trouble.message.replace(/\.$/, '')}. ${remedyOf(trouble)}`;
}
