import { deadline } from '../base/deadline.ts';
import { boxError } from './box-errors.ts';

/** A name under which a box's port is reached through the proxy. */
export interface Route {
  readonly box: string;
  /** Inside the box. */
  readonly port: number;
  /** DNS name. */
  readonly host: string;
  /** `address:port` that the proxy dials. */
  readonly upstream: string;
}

/** As much of a server in Caddy's configuration as is read here. */
interface Server {
  readonly listen?: readonly string[];
  readonly routes?: readonly CaddyRoute[];
}

interface CaddyRoute {
  readonly '@id'?: string;
  readonly match?: readonly { readonly host?: readonly string[] }[];
  readonly handle?: readonly { readonly upstreams?: readonly { readonly dial?: string }[] }[];
}

/** Milliseconds for an answer of a program on this machine. */
const ANSWER_MS = 5_000;

/** The port on which Caddy serves names with TLS; certificates for them it gets by itself. */
const TLS_PORT = ':443';

/** The server that is made where none listens there. */
const OWN_SERVER = 'runbook';

/** Caddy's administration on this machine (https://caddyserver.com/docs/api). Nothing is written to its files. */
export class Caddy {
  private constructor(private readonly base: string) {}

  /** undefined: none answers there. `address`: as Caddy's own CADDY_ADMIN, `localhost:2019` if empty. */
  static async at(address = ''): Promise<Caddy | undefined> {
    const plain = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '') || 'localhost:2019';
    const caddy = new Caddy(`http://${plain}`);
    return (await caddy.#ask('GET', '/config/').catch(() => undefined))?.ok ? caddy : undefined;
  }

  /** Our routes. */
  async routes(): Promise<Route[]> {
    return Object.values(await this.#servers()).flatMap(({ routes = [] }) =>
      routes.flatMap((each) => routeOf(each) ?? []),
    );
  }

  /**
   * Puts a route before all others, in the server that has port 443.
   * @throws RunbookError 3 where the name is somebody else's, or Caddy refuses
   */
  async add(route: Route): Promise<void> {
    const servers = await this.#servers();
    await this.#refuseTaken(servers, route);
    await this.remove(route);
    const [name, server] =
      Object.entries(servers).find(([, { listen = [] }]) => listen.some(servesTls)) ?? [];
    if (name === undefined) return await this.#begin(servers, route);
    const path = `/config/apps/http/servers/${encodeURIComponent(name)}/routes`;
    if (server?.routes) await this.#demand('PUT', `${path}/0`, caddyRoute(route));
    else await this.#demand('PUT', path, [caddyRoute(route)]);
  }

  /** One that is not there is as good as removed. */
  async remove(route: Route): Promise<void> {
    const { status, ok } = await this.#ask('DELETE', `/id/${encodeURIComponent(idOf(route))}`);
    if (!ok && status !== 404 && status !== 400) throw refused(`status ${status}`);
  }

  async #servers(): Promise<Readonly<Record<string, Server>>> {
    const config = (await this.#demand('GET', '/config/')) as {
      apps?: { http?: { servers?: Record<string, Server> } };
    } | null;
    return config?.apps?.http?.servers ?? {};
  }

  async #refuseTaken(servers: Readonly<Record<string, Server>>, { host, box }: Route): Promise<void> {
    const routes = Object.values(servers).flatMap(({ routes = [] }) => routes);
    const other = routes.find(
      (each) => each.match?.some((match) => match.host?.includes(host)) && routeOf(each)?.box !== box,
    );
    if (!other) return;
    const whose = routeOf(other)?.box;
    throw boxError(
      'name-taken',
      `${host} is served ${whose ? `for the box ${whose}` : 'by something else'} already.`,
      'Choose another name with --as, or unexpose that box.',
    );
  }

  /** Makes the server, and what is missing above it: Caddy sets no value below what is not there. */
  async #begin(servers: Readonly<Record<string, Server>>, route: Route): Promise<void> {
    const server = { listen: [TLS_PORT], routes: [caddyRoute(route)] };
    if (Object.keys(servers).length > 0)
      return void (await this.#demand('PUT', `/config/apps/http/servers/${OWN_SERVER}`, server));
    let value: unknown = { [OWN_SERVER]: server };
    let path = '/config/apps/http/servers';
    for (const name of ['servers', 'http', 'apps']) {
      const parent = path.slice(0, -name.length - 1);
      const above = await this.#ask('GET', `${parent}/`.replace('//', '/'));
      if (above.ok && above.body !== null) return void (await this.#demand('POST', path, value));
      value = { [name]: value };
      path = parent;
    }
    await this.#demand('POST', '/config/', value);
  }

  async #demand(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#ask(method, path, body);
    if (!answer.ok) throw refused(answer.error ?? `status ${answer.status}`);
    return answer.body;
  }

  async #ask(method: string, path: string, body?: unknown) {
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

/** Our mark on a route, from which it is read back: nothing else is kept of it. */
const idOf = ({ box, port, host }: Route) => `runbook-${box}_${port}_${host}`;

function routeOf(route: CaddyRoute): Route | undefined {
  const [, box, port, host] = /^runbook-([a-z0-9-]+)_(\d+)_(.+)$/.exec(route['@id'] ?? '') ?? [];
  if (box === undefined || host === undefined) return undefined;
  return { box, port: Number(port), host, upstream: route.handle?.[0]?.upstreams?.[0]?.dial ?? '' };
}

function caddyRoute(route: Route): CaddyRoute & { readonly terminal: true } {
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
    `Caddy did not take it: ${cause}.`,
    'Its log says more; a port that is taken is the usual reason.',
    { cause },
  );
}
