import { request } from 'node:https';
import { parse } from 'yaml';

/** Any response. Tests read a few fields of many kinds, and a wrong guess fails the test. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export type Json = any;

/** A response of the API server, with its status code. */
export interface ApiAnswer {
  status: number;
  body: Json;
}

/** The tests' own client: raw JSON over HTTPS, so that the client under test does not verify itself. */
export class KubernetesApi {
  readonly #server: string;
  readonly #tls: { ca: string; cert?: string; key?: string };
  readonly #token: string | undefined;

  /** Acts as the user of a kubeconfig with one context, such as `kubeconfig` in credentials.ts writes. */
  constructor(kubeconfig: string) {
    const { clusters, users } = parse(kubeconfig);
    const { cluster } = clusters[0];
    const { user } = users[0];
    const text = (base64: string | undefined) => base64 && Buffer.from(base64, 'base64').toString();
    this.#server = cluster.server;
    this.#token = user.token;
    this.#tls = {
      ca: text(cluster['certificate-authority-data']) as string,
      cert: text(user['client-certificate-data']),
      key: text(user['client-key-data']),
    };
  }

  /** Any request; an error status is a response. Rejects only if the server cannot be reached. */
  ask(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<ApiAnswer> {
    const authorization = this.#token && { authorization: `Bearer ${this.#token}` };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.#server),
        { ...this.#tls, method, headers: { 'content-type': contentType, ...authorization } },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk) => {
            text += chunk;
          });
          incoming.on('error', reject);
          incoming.on('end', () => {
            const json = incoming.headers['content-type']?.startsWith('application/json');
            resolve({ status: incoming.statusCode ?? 0, body: json ? JSON.parse(text) : text });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Like `ask`, but rejects with the server's message for any status other than 2xx. */
  async demand(method: string, path: string, body?: unknown, contentType?: string): Promise<Json> {
    const answer = await this.ask(method, path, body, contentType);
    if (answer.status >= 300) {
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body?.message ?? answer.body}`);
    }
    return answer.body;
  }

  get(path: string): Promise<Json> {
    return this.demand('GET', path);
  }

  create(path: string, object: unknown): Promise<Json> {
    return this.demand('POST', path, object);
  }

  delete(path: string): Promise<Json> {
    return this.demand('DELETE', path);
  }

  merge(path: string, patch: unknown, manager = 'somebody'): Promise<Json> {
    const query = `${path}?fieldManager=${manager}`;
    return this.demand('PATCH', query, patch, 'application/merge-patch+json');
  }

  /** Polls until the object is as expected, for changes that the cluster's controllers make. */
  async until(path: string, wanted: (body: Json) => boolean, withinMs = 30_000): Promise<Json> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { body } = await this.ask('GET', path);
      if (wanted(body)) return body;
      if (Date.now() > deadline) throw new Error(`${path} was never as wanted: ${JSON.stringify(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
