import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { KubeObject } from '../../src/model/cluster/kube.ts';

/** A request, for counting and for assertions on what a client sends. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly at: number;
}

interface Watcher {
  readonly response: ServerResponse;
  readonly collection: string;
  readonly query: URLSearchParams;
}

/** A kind that the fake serves. */
interface Served {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

const SERVED: readonly Served[] = [
  { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true, shortNames: ['po'] },
  { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false, shortNames: ['no'] },
  { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
  { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
  { group: '', version: 'v1', resource: 'events', kind: 'Event', namespaced: true },
  {
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    kind: 'Deployment',
    namespaced: true,
    shortNames: ['deploy'],
  },
];

/**
 * An API server in this process for behavior that a real one does not show on demand: lists, watches, bookmarks, 410,
 * resets and silence. It has no schema, server-side apply or admission; those are tested against a real one.
 */
export class FakeApi {
  readonly seen: Seen[] = [];
  /** Responses sent instead of the usual ones, in order. */
  readonly answers: ((
    request: Seen,
  ) => { status: number; body: unknown; headers?: Record<string, string> } | undefined)[] = [];
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #watchers = new Set<Watcher>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((request, response) => this.#serve(request, response));
  #version = 100;
  /** Events since the start, for watches that resume. */
  readonly #history: { collection: string; version: number; event: unknown; object: KubeObject }[] = [];
  #oldest = 0;
  #isMute = false;

  static async start(): Promise<FakeApi> {
    const api = new FakeApi();
    api.#server.on('connection', (socket) => {
      api.#sockets.add(socket);
      socket.on('close', () => api.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  get watches(): number {
    return this.#watchers.size;
  }

  /** A kubeconfig for it, as text. */
  get kubeconfig(): string {
    return JSON.stringify({
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: this.url } }],
      users: [{ name: 'me', user: { token: 'token-of-the-fake' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me' } }],
    });
  }

  /**
   * Adds or replaces an object and notifies watches. `collection` is such as
   * `/apis/apps/v1/namespaces/argo/deployments`.
   */
  put(collection: string, object: KubeObject): KubeObject {
    const all = this.#collection(collection);
    const name = object.metadata?.name ?? '';
    const type = all.has(name) ? 'MODIFIED' : 'ADDED';
    const namespace = /\/namespaces\/([^/]+)\//.exec(collection)?.[1];
    const stored = {
      ...object,
      metadata: {
        uid: `uid-of-${name}`,
        generation: 1,
        creationTimestamp: '2026-11-25T12:00:00Z',
        ...(namespace && { namespace }),
        ...object.metadata,
        resourceVersion: String(++this.#version),
      },
    };
    all.set(name, stored);
    this.#tell(collection, type, stored);
    return stored;
  }

  remove(collection: string, name: string): void {
    const old = this.#collection(collection).get(name);
    if (!old) return;
    this.#collection(collection).delete(name);
    this.#tell(collection, 'DELETED', {
      ...old,
      metadata: { ...old.metadata, resourceVersion: String(++this.#version) },
    });
  }

  /** Sends bookmarks to the watches that requested them. */
  bookmark(): void {
    this.#version += 1;
    for (const { response, query } of this.#watchers) {
      if (query.get('allowWatchBookmarks') !== 'true') continue;
      write(response, { type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version) } } });
    }
  }

  /** Forgets earlier versions: watches that resume from them get 410. Running watches get it as an event. */
  compact({ tellWatches = true } = {}): void {
    this.#oldest = ++this.#version;
    if (!tellWatches) return;
    for (const { response } of this.#watchers) {
      write(response, {
        type: 'ERROR',
        object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
      });
      response.end();
    }
  }

  /** Ends watches normally, as a server does at timeoutSeconds. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
  }

  /** Closes every connection. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Accepts connections but stays silent; `false` ends the silence. */
  mute(isMute = true): void {
    this.#isMute = isMute;
  }

  /** How many requests match. */
  count(test: (seen: Seen) => boolean): number {
    return this.seen.filter(test).length;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #collection(collection: string): Map<string, KubeObject> {
    const known = this.#objects.get(collection) ?? new Map<string, KubeObject>();
    this.#objects.set(collection, known);
    return known;
  }

  #tell(collection: string, type: string, object: KubeObject): void {
    const event = { type, object };
    this.#history.push({ collection, version: this.#version, event, object });
    if (this.#isMute) return;
    for (const watcher of this.#watchers) {
      if (concerns(watcher.collection, collection) && selected(object, watcher.query))
        write(watcher.response, event);
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://fake');
    const { pathname: path, searchParams: query } = url;
    const seen = { method: request.method ?? 'GET', path, query, headers: request.headers, at: Date.now() };
    this.seen.push(seen);
    if (this.#isMute) return;
    const [special] = this.answers;
    const answer = special?.(seen);
    if (answer) {
      this.answers.shift();
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
      return;
    }
    if (query.get('watch') === 'true') this.#watch(path, query, response);
    else this.#answer(path, query, response);
  }

  #answer(path: string, query: URLSearchParams, response: ServerResponse): void {
    const isCollection = SERVED.some(({ resource }) => path.endsWith(`/${resource}`));
    const cut = path.lastIndexOf('/');
    const object = this.#objects.get(path.slice(0, cut))?.get(decodeURIComponent(path.slice(cut + 1)));
    if (path === '/api' || path === '/apis') send(response, discovery(path));
    else if (isCollection) send(response, this.#list(path, query));
    else if (object) send(response, object);
    else send(response, status(404, `"${path.slice(cut + 1)}" not found`), 404);
  }

  #list(path: string, query: URLSearchParams): unknown {
    const items = [...this.#objects]
      .filter(([collection]) => concerns(path, collection))
      .flatMap(([, all]) => [...all.values()])
      .filter((object) => selected(object, query));
    const limit = Number(query.get('limit') ?? items.length);
    const from = Number(query.get('continue') ?? 0);
    const page = items.slice(from, from + limit);
    const more = from + limit < items.length;
    return {
      kind: 'List',
      apiVersion: 'v1',
      metadata: {
        resourceVersion: String(this.#version),
        ...(more && { continue: String(from + limit), remainingItemCount: items.length - from - limit }),
      },
      items: page,
    };
  }

  #watch(path: string, query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion') ?? 0);
    if (from < this.#oldest) {
      send(response, status(410, 'too old resource version'), 410);
      return;
    }
    const watcher = { response, collection: path, query };
    this.#watchers.add(watcher);
    response.on('close', () => this.#watchers.delete(watcher));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const { collection, version, event, object } of this.#history) {
      if (version > from && concerns(path, collection) && selected(object, query)) write(response, event);
    }
  }
}

function write(response: ServerResponse, event: unknown): void {
  response.write(`${JSON.stringify(event)}\n`);
}

function send(response: ServerResponse, body: unknown, code = 200): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A Status object as the API server sends it. */
export function status(code: number, message: string, more: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message, ...more };
}

/** Whether a list of `wanted` includes `collection`: the same, or all namespaces of that kind. */
function concerns(wanted: string, collection: string): boolean {
  return wanted === collection || wanted === collection.replace(/\/namespaces\/[^/]+\//, '/');
}

function selected(object: KubeObject, query: URLSearchParams): boolean {
  const name = /metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
  if (name !== undefined && object.metadata?.name !== name) return false;
  const labels = (query.get('labelSelector') ?? '').split(',').filter(Boolean);
  return labels.every((each) => {
    const [key = '', value] = each.split('=');
    return value === undefined
      ? key in (object.metadata?.labels ?? {})
      : object.metadata?.labels?.[key] === value;
  });
}

function discovery(path: string): unknown {
  const own = SERVED.filter(({ group }) => (path === '/api') === (group === ''));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    items: [...new Set(own.map(({ group }) => group))].map((group) => ({
      metadata: { name: group },
      versions: [
        {
          version: 'v1',
          resources: own
            .filter((each) => each.group === group)
            .map(({ resource, kind, namespaced, version, shortNames = [] }) => ({
              resource,
              responseKind: { group, version, kind },
              scope: namespaced ? 'Namespaced' : 'Cluster',
              singularResource: kind.toLowerCase(),
              shortNames,
              verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
            })),
        },
      ],
    })),
  };
}
