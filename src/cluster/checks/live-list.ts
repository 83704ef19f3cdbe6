import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { backOff } from '../../observe/back-off.ts';
import { collectionPath } from '../cluster.ts';
import { ClusterError } from '../cluster-errors.ts';

/** What is listed and watched. */
export interface LiveTarget {
  readonly resource: ApiResource;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** The latest event of a watch. */
export interface LiveEvent {
  readonly type: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Timing of a watch, in milliseconds; the defaults suit real servers. */
export interface LiveTimes {
  /** How long a server may be silent before the connection counts as dead. Bookmarks arrive about once a minute. */
  readonly silenceMs: number;
  /** Minimum duration of one watch request; a random part of up to half is added, so that many do not end at once. */
  readonly watchMs: number;
  /** First and longest pause between retries. */
  readonly firstMs: number;
  readonly longestMs: number;
}

const TIMES: LiveTimes = { silenceMs: 100_000, watchMs: 240_000, firstMs: 100, longestMs: 30_000 };

/** Page size. */
const PAGE = 500;

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/**
 * A list kept current by a watch: one list request, then one watch request for minutes. Continues from the last
 * resourceVersion, bookmarks included; lists again after 410; replaces a silent connection; retries failures with
 * growing pauses. Never throws: `error` holds the current failure.
 */
export class LiveList {
  /** Why it cannot be followed now; undefined if it can. */
  error: ClusterError | undefined;
  /** Whether it was listed completely. */
  synced = false;
  last: LiveEvent | undefined;
  readonly #objects = new Map<string, KubeObject>();
  readonly #stop = new AbortController();
  readonly #times: LiveTimes;
  readonly #done: Promise<void>;
  #version: string | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly target: LiveTarget,
    private readonly onChange: () => void,
    times: Partial<LiveTimes> = {},
  ) {
    this.#times = { ...TIMES, ...times };
    this.#done = this.#follow();
  }

  get objects(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Stops it and waits until all its requests have ended. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const { firstMs, longestMs } = this.#times;
    for (let attempt = 0; !signal.aborted; ) {
      const seen = await this.#once();
      // Also pauses if a server ends every watch at once.
      attempt = seen ? 0 : attempt + 1;
      if (!seen) await backOff({ attempt, deadline: Number.MAX_SAFE_INTEGER, firstMs, longestMs, signal });
    }
  }

  /** Lists if necessary, then watches to the end of one request. Returns whether it made progress. */
  async #once(): Promise<boolean> {
    try {
      if (this.#version === undefined) await this.#list();
      return await this.#watch();
    } catch (thrown) {
      const error = thrown instanceof ClusterError ? thrown : new ClusterError('error', String(thrown));
      if (error.kind === 'aborted') return false;
      if (error.kind === 'expired') {
        this.#version = undefined;
        return false;
      }
      this.#setError(error);
      return false;
    }
  }

  async #list(): Promise<void> {
    const { resource, ...where } = this.target;
    const found = new Map<string, KubeObject>();
    let next: string | undefined;
    let version: string | undefined;
    do {
      const page = await this.cluster.list(resource, {
        ...where,
        limit: PAGE,
        ...(next && { continue: next }),
        signal: this.#stop.signal,
      });
      for (const object of page.items) found.set(keyOf(object), typed(resource, object));
      next = page.metadata.continue;
      version = page.metadata.resourceVersion;
    } while (next);
    this.#objects.clear();
    for (const [key, object] of found) this.#objects.set(key, object);
    this.#version = version;
    this.synced = true;
    this.#publish({ type: 'LISTED', kind: resource.kind, name: '', at: Date.now() });
  }

  async #watch(): Promise<boolean> {
    const { resource, namespace, labelSelector, fieldSelector } = this.target;
    const silence = new AbortController();
    const lifeMs = this.#times.watchMs * (1 + Math.random() / 2);
    const stream = await this.cluster.client.stream({
      path: collectionPath(resource, namespace),
      query: {
        ...{ watch: true, allowWatchBookmarks: true, resourceVersion: this.#version },
        timeoutSeconds: Math.max(1, Math.round(lifeMs / 1000)),
        ...{ labelSelector, fieldSelector },
      },
      signal: AbortSignal.any([this.#stop.signal, silence.signal]),
    });
    this.error = undefined;
    const watchdog = setTimeout(() => silence.abort(), this.#times.silenceMs);
    const started = Date.now();
    let seen = false;
    try {
      for await (const event of stream) {
        watchdog.refresh();
        seen = true;
        this.#apply(event as WatchEvent);
      }
    } catch (error) {
      // The server was silent for long, so the connection may be dead. The next watch continues from the same version.
      if (!silence.signal.aborted) throw error;
      return true;
    } finally {
      clearTimeout(watchdog);
    }
    return seen || Date.now() - started > this.#times.longestMs;
  }

  #apply({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      const kind = object.code === 410 ? 'expired' : 'busy';
      throw new ClusterError(kind, object.message ?? 'The watch was ended by an error.');
    }
    this.#version = object.metadata?.resourceVersion ?? this.#version;
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') this.#objects.delete(keyOf(object));
    else this.#objects.set(keyOf(object), typed(this.target.resource, object));
    const { kind } = this.target.resource;
    this.#publish({ type, kind, name: object.metadata?.name ?? '', at: Date.now() });
  }

  #publish(event: LiveEvent): void {
    this.error = undefined;
    this.last = event;
    this.onChange();
  }

  #setError(error: ClusterError): void {
    this.error = error;
    this.onChange();
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** Adds kind and apiVersion, which items of a list lack. */
function typed({ group, version, kind }: ApiResource, object: KubeObject): KubeObject {
  if (object.kind !== undefined && object.apiVersion !== undefined) return object;
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...object };
}
