import { deadline } from '../base/deadline.ts';
import { boxError } from './box-errors.ts';

/** A name under which the proxy serves a port of a box. */
export interface BoxRoute {
  readonly box: string;
  /** Port inside the box. */
  readonly port: number;
  /** DNS name. */
  readonly host: string;
  /** `address:port` that the proxy connects to. */
  readonly upstream: string;
}

/** The parts of a server in Caddy's configuration that are read. */
interface Server {
  readonly listen?: readonly string[];
  readonly routes?: readonly CaddyRoute[];
}

interface CaddyRoute {
  readonly '@id'?: string;
  readonly match?: readonly { readonly host?: readonly string[] }[];
  readonly handle?: readonly { readonly upstreams?: readonly { readonly dial?: string }[] }[];
}

/** Time limit of a request in milliseconds. */
const ANSWER_MS = 5_000;

/** The port on which Caddy serves TLS; it obtains certificates automatically. */
const TLS_PORT = ':443';

/** Name of the server that is created if none listens on the TLS port. */
const OWN_SERVER = 'runbook';

/** Caddy's admin API on this machine (https://caddyserver.com/docs/api). Does not write to its files. */
export class Caddy {
  private constructor(private readonly base: string) {}

  /**
   * Undefined if Caddy does not answer. `address` has the form of Caddy's CADDY_ADMIN; the default is `localhost:2019`.
   */
  static async at(address = ''): Promise<Caddy | undefined> {
    const plain = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '') || 'localhost:2019';
    const caddy = new Caddy(`http://${plain}`);
    return (await caddy.#request('GET', '/config/').catch(() => undefined))?.ok ? caddy : undefined;
  }

  /** The routes that runbook has created. */
  async routes(): Promise<BoxRoute[]> {
    return Object.values(await this.#servers()).flatMap(({ routes = [] }) =>
      routes.flatMap((each) => routeOf(each) ?? []),
    );
  }

  /**
   * Inserts a route before all others, in the server that listens on port 443.
   * @throws RunbookError 3 if another route uses the name, or Caddy rejects it
   */
  async add(route: BoxRoute): Promise<void> {
    const servers = await this.#servers();
    await this.#refuseTaken(servers, route);
    await this.remove(route);
    const [name, server] =
      Object.entries(servers).find(([, { listen = [] }]) => listen.some(servesTls)) ?? [];
    if (name === undefined) return await this.#createServer(servers, route);
    const path = `/config/apps/http/servers/${encodeURIComponent(name)}/routes`;
    if (server?.routes) await this.#requireOk('PUT', `${path}/0`, caddyRoute(route));
    else await this.#requireOk('PUT', path, [caddyRoute(route)]);
  }

  /** Removes a route; does nothing if it does not exist. */
  async remove(route: BoxRoute): Promise<void> {
    const { status, ok } = await this.#request('DELETE', `/id/${encodeURIComponent(idOf(route))}`);
    if (!ok && status !== 404 && status !== 400) throw refused(`status ${status}`);
  }

  async #servers(): Promise<Readonly<Record<string, Server>>> {
    const config = (await this.#requireOk('GET', '/config/')) as {
      apps?: { http?: { servers?: Record<string, Server> } };
    } | null;
    return config?.apps?.http?.servers ?? {};
  }

  async #refuseTaken(servers: Readonly<Record<string, Server>>, { host, box }: BoxRoute): Promise<void> {
    const routes = Object.values(servers).flatMap(({ routes = [] }) => routes);
    const other = routes.find(
      (each) => each.match?.some((match) => match.host?.includes(host)) && routeOf(each)?.box !== box,
    );
    if (!other) return;
    const whose = routeOf(other)?.box;
    throw boxError(
      'name-taken',
      `${host} is already served ${whose ? `for the box ${whose}` : 'by another route'}.`,
      'Choose another name with --as, or unexpose that box.',
    );
  }

  /** Creates the server and its missing parents: Caddy cannot set a value below a missing one. */
  async #createServer(servers: Readonly<Record<string, Server>>, route: BoxRoute): Promise<void> {
    const server = { listen: [TLS_PORT], routes: [caddyRoute(route)] };
    if (Object.keys(servers).length > 0)
      return void (await this.#requireOk('PUT', `/config/apps/http/servers/${OWN_SERVER}`, server));
    let value: unknown = { [OWN_SERVER]: server };
    let path = '/config/apps/http/servers';
    for (const name of ['servers', 'http', 'apps']) {
      const parent = path.slice(0, -name.length - 1);
      const existing = await this.#request('GET', `${parent}/`.replace('//', '/'));
      if (existing.ok && existing.body !== null) return void (await this.#requireOk('POST', path, value));
      value = { [name]: value };
      path = parent;
    }
    await this.#requireOk('POST', '/config/', value);
  }

  async #requireOk(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#request(method, path, body);
    if (!answer.ok) throw refused(answer.error ?? `status ${answer.status}`);
    return answer.body;
  }

  async #request(method: string, path: string, body?: unknown) {
    const response = await fetch(`${this.base}${path}`, {
      method,
      signal: deadline(ANSWER_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch((error: Error) => {
      throw refused(`${error.message} (${this.base})`);
    });
    const text = await response.text();
    const read = parsed(text);
    return {
      ok: response.ok,
      status: response.status,
      body: read,
      error: (read as { error?: string } | null)?.error,
    };
  }
}

const servesTls = (listen: string) => listen.endsWith(TLS_PORT);

/** The id that marks our routes. Box, port and name are read back from it. */
const idOf = ({ box, port, host }: BoxRoute) => `runbook-${box}_${port}_${host}`;

function routeOf(route: CaddyRoute): BoxRoute | undefined {
  const [, box, port, host] = /^runbook-([a-z0-9-]+)_(\d+)_(.+)$/.exec(route['@id'] ?? '') ?? [];
  if (box === undefined || host === undefined) return undefined;
  return { box, port: Number(port), host, upstream: route.handle?.[0]?.upstreams?.[0]?.dial ?? '' };
}

function caddyRoute(route: BoxRoute): CaddyRoute & { readonly terminal: true } {
  const proxy = { handler: 'reverse_proxy', upstreams: [{ dial: route.upstream }] };
  return { '@id': idOf(route), match: [{ host: [route.host] }], handle: [proxy], terminal: true };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(cause: string): Error {
  return boxError(
    'proxy-refused',
    `Caddy rejected the change: ${cause}.`,
    'Read Caddy’s log. The usual reason is a port that is already in use.',
    { cause },
  );
}
