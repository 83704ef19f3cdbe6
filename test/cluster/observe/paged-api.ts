import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A collection that is never stored: `at` creates each object when its page is requested. */
export interface Made {
  readonly count: number;
  at(index: number): object;
}

/** The response of a path instead of a list: a status with a message, or a text. */
export type Answer = { readonly status: number; readonly message: string } | string | object;

/**
 * An API server in this process that serves pages of lists of any size, and rejects requests on demand. It supports
 * neither watches nor writes.
 */
export class PagedApi {
  readonly paths: string[] = [];
  /** Largest `limit` requested; Infinity if a list was requested without one. */
  mostAsked = 0;
  readonly #lists = new Map<string, Made>();
  readonly #answers = new Map<string, (request: IncomingMessage) => Answer>();
  readonly #server = createServer((request, response) => this.#serve(request, response));

  static async start(): Promise<PagedApi> {
    const api = new PagedApi();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A kubeconfig for it, with the context `fake`. */
  get kubeconfig(): string {
    return JSON.stringify({
      'current-context': 'fake',
      clusters: [{ name: 'fake', cluster: { server: this.url } }],
      users: [{ name: 'me', user: { token: 'token-of-the-fake' } }],
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me', namespace: 'argo' } }],
    });
  }

  /** Objects under a path such as `/api/v1/pods`. */
  list(path: string, objects: readonly object[] | Made): this {
    this.#lists.set(
      path,
      'at' in objects && 'count' in objects ? (objects as Made) : made(objects as readonly object[]),
    );
    return this;
  }

  answer(path: string, answer: Answer | ((request: IncomingMessage) => Answer)): this {
    this.#answers.set(
      path,
      typeof answer === 'function' ? (answer as (request: IncomingMessage) => Answer) : () => answer,
    );
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    send(response, this.#answerTo(request));
  }

  #answerTo(request: IncomingMessage): Answer {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const path = decodeURIComponent(pathname);
    this.paths.push(path);
    const special = this.#answers.get(path)?.(request);
    if (special !== undefined) return special;
    if (path.endsWith('/log')) return '';
    const list = this.#lists.get(path);
    const empty = /\/(?:[a-z]+)$/.test(path) ? made([]) : undefined;
    const found = list ?? empty;
    if (found === undefined) return { status: 404, message: `${path} not found` };
    const limit = Number(searchParams.get('limit') ?? Number.POSITIVE_INFINITY);
    this.mostAsked = Math.max(this.mostAsked, limit);
    const from = Number(searchParams.get('continue') ?? 0);
    const end = Math.min(found.count, from + limit);
    const items: object[] = [];
    for (let index = from; index < end; index++) items.push(found.at(index));
    const more = end < found.count ? { continue: String(end) } : {};
    return { kind: 'List', metadata: { resourceVersion: '1', ...more }, items };
  }
}

function made(objects: readonly object[]): Made {
  return { count: objects.length, at: (index) => objects[index]! };
}

function send(response: ServerResponse, answer: Answer): void {
  if (typeof answer === 'string') {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(answer);
    return;
  }
  const refusal = 'status' in answer && 'message' in answer && typeof answer.status === 'number';
  const status = refusal ? Number(answer.status) : 200;
  const body = refusal ? { kind: 'Status', code: status, message: answer.message } : answer;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
