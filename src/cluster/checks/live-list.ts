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

/** What a watch has told last. */
export interface LiveEvent {
  readonly type: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Times of a watch, in milliseconds; the defaults are for real servers. */
export interface LiveTimes {
  /** How long a server may say nothing before the connection counts as dead. Bookmarks come about once a minute. */
  readonly silenceMs: number;
  /** How long one watch request lives at the least; up to half as long again by chance, so that many do not end at once. */
  readonly watchMs: number;
  /** First and longest pause before trying again. */
  readonly firstMs: number;
  readonly longestMs: number;
}

const TIMES: LiveTimes = { silenceMs: 100_000, watchMs: 240_000, firstMs: 100, longestMs: 30_000 };

/** So many objects an answer: a list of thousands neither blocks the server nor us. */
const PAGE = 500;

interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject & { readonly code?: number; readonly message?: string };
}

/**
 * A list that stays current by a watch: one list, then one request for minutes, whatever happens. It goes on from the
 * last resourceVersion that it heard of, bookmarks included; lists anew after 410; gives a silent connection up; pauses,
 * longer each time, between tries that come to nothing. It never throws: `trouble` says what keeps it.
 */
export class LiveList {
  /** Why it cannot be followed now; undefined while all is well. */
  trouble: ClusterError | undefined;
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

  /** Ends it, and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const { firstMs, longestMs } = this.#times;
    for (let attempt = 0; !signal.aborted; ) {
      const heard = await this.#once();
      // A server that opens watches only to end them at once is paused for as well.
      attempt = heard ? 0 : attempt + 1;
      if (!heard) await backOff({ attempt, deadline: Number.MAX_SAFE_INTEGER, firstMs, longestMs, signal });
    }
  }

  /** One list where one is due, and one watch to its end. Whether it was good for anything. */
  async #once(): Promise<boolean> {
    try {
      if (this.#version === undefined) await this.#list();
      return await this.#watch();
    } catch (error) {
      const trouble = error instanceof ClusterError ? error : new ClusterError('error', String(error));
      if (trouble.kind === 'aborted') return false;
      if (trouble.kind === 'expired') {
        this.#version = undefined;
        return false;
      }
      this.#note(trouble);
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
    this.#told({ type: 'LISTED', kind: resource.kind, name: '', at: Date.now() });
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
    this.trouble = undefined;
    const dog = setTimeout(() => silence.abort(), this.#times.silenceMs);
    const started = Date.now();
    let heard = false;
    try {
      for await (const event of stream) {
        dog.refresh();
        heard = true;
        this.#take(event as WatchEvent);
      }
    } catch (error) {
      // Nothing was heard for long: the connection may be dead, so another goes on from the same place.
      if (!silence.signal.aborted) throw error;
      return true;
    } finally {
      clearTimeout(dog);
    }
    return heard || Date.now() - started > this.#times.longestMs;
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      const kind = object.code === 410 ? 'expired' : 'busy';
      throw new ClusterError(kind, object.message ?? 'The watch was ended by an error.');
    }
    this.#version = object.metadata?.resourceVersion ?? this.#version;
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') this.#objects.delete(keyOf(object));
    else this.#objects.set(keyOf(object), typed(this.target.resource, object));
    const { kind } = this.target.resource;
    this.#told({ type, kind, name: object.metadata?.name ?? '', at: Date.now() });
  }

  #told(event: LiveEvent): void {
    this.trouble = undefined;
    this.last = event;
    this.onChange();
  }

  #note(trouble: ClusterError): void {
    this.trouble = trouble;
    this.onChange();
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** Items of a list lack what they are. */
function typed({ group, version, kind }: ApiResource, object: KubeObject): KubeObject {
  if (object.kind !== undefined && object.apiVersion !== undefined) return object;
  return { apiVersion: group === '' ? version : `${group}/${version}`, kind, ...object };
}
