import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';
import { type BoxRoute, Caddy } from './caddy.ts';
import type { LaunchedBox } from './find-box.ts';

/** How a port of a box can be reached from outside. */
export interface Exposed {
  readonly port: number;
  readonly url: string;
  /**
   * caddy: under a name, with TLS. published: on a port of 127.0.0.1. address: from this machine only, until the box
   * restarts.
   */
  readonly by: 'caddy' | 'published' | 'address';
}

/** A DNS name of at least one label, without wildcard or port. */
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * Makes a port of a box reachable under a name through Caddy if it runs; otherwise returns the local address.
 * @throws RunbookError 64 for an invalid name, 3 if the port cannot be reached
 */
export async function exposePort(
  box: LaunchedBox,
  port: number,
  { host, admin }: { host: string; admin?: string },
): Promise<Exposed> {
  if (!HOST.test(host)) {
    throw boxError(
      'bad-host-name',
      `${JSON.stringify(host.slice(0, 80))} is not a valid host name for a proxy.`,
      'Use a DNS name such as web.example.org.',
      { exit: EXIT.usage },
    );
  }
  const upstream = upstreamOf(box, port);
  const caddy = await Caddy.at(admin);
  if (caddy) {
    await caddy.add({ box: box.name, port, host, upstream });
    return { port, url: `https://${host}/`, by: 'caddy' };
  }
  const by =
    box.ports.some((each) => each.inside === port && each.host) || box.onHostNetwork
      ? 'published'
      : 'address';
  return { port, url: `http://${upstream}/`, by };
}

/** Removes the routes of a box, or of one of its ports. Returns the removed names. */
export async function unexposePort(
  name: string,
  admin: string | undefined,
  port?: number,
): Promise<string[]> {
  const caddy = await Caddy.at(admin);
  const routes = ((await caddy?.routes()) ?? []).filter(
    (each) => each.box === name && (port ?? each.port) === each.port,
  );
  for (const route of routes) await caddy?.remove(route);
  return routes.map(({ host }) => host);
}

/** Names under which boxes can be reached now. */
export async function exposedRoutes(admin: string | undefined): Promise<BoxRoute[]> {
  return (await (await Caddy.at(admin))?.routes()) ?? [];
}

/** A restarted box may have another address. */
export async function refreshRoutes(box: LaunchedBox, admin: string | undefined): Promise<void> {
  const caddy = await Caddy.at(admin);
  for (const route of (await caddy?.routes()) ?? []) {
    if (route.box !== box.name || route.upstream === upstreamOf(box, route.port)) continue;
    await caddy?.add({ ...route, upstream: upstreamOf(box, route.port) });
  }
}

/**
 * Where this machine reaches a port of a box: its published port, which survives a restart, else the box's own address.
 */
function upstreamOf(box: LaunchedBox, port: number): string {
  const published = box.onHostNetwork ? port : box.ports.find((each) => each.inside === port)?.host;
  if (published !== undefined) return `127.0.0.1:${published}`;
  if (box.address) return `${box.address}:${port}`;
  throw boxError(
    'port-unreachable',
    `Port ${port} of ${box.name} cannot be reached: it is not published, and ${box.status === 'running' ? 'the box has no address of its own' : 'the box is not running'}.`,
    box.status === 'running'
      ? `Launch the box with --port ${port}.`
      : `Start it with: runbook box restart ${box.name}`,
  );
}
