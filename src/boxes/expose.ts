import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';
import { Caddy, type Route } from './caddy.ts';
import type { LaunchedBox } from './find-box.ts';

/** How a port of a box is reached from outside it. */
export interface Exposed {
  readonly port: number;
  readonly url: string;
  /** caddy: under a name, with TLS. published: at a port of 127.0.0.1. address: from this machine only, until it restarts. */
  readonly by: 'caddy' | 'published' | 'address';
}

/** A DNS name of at least one label; no wildcard, no port. */
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * Makes a port of a box reachable under a name through Caddy, where it runs; else says where it is reached without.
 * @throws RunbookError 64 for a name that is none, 3 where it cannot be reached
 */
export async function expose(
  box: LaunchedBox,
  port: number,
  { host, admin }: { host: string; admin?: string },
): Promise<Exposed> {
  if (!HOST.test(host)) {
    throw boxError(
      'bad-host-name',
      `${JSON.stringify(host.slice(0, 80))} is no name that a proxy could serve.`,
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

/** Takes back what was exposed of a box, or of one port of it. Answers the names that are gone. */
export async function unexpose(name: string, admin: string | undefined, port?: number): Promise<string[]> {
  const caddy = await Caddy.at(admin);
  const routes = ((await caddy?.routes()) ?? []).filter(
    (each) => each.box === name && (port ?? each.port) === each.port,
  );
  for (const route of routes) await caddy?.remove(route);
  return routes.map(({ host }) => host);
}

/** Names under which boxes are reached now. */
export async function exposedRoutes(admin: string | undefined): Promise<Route[]> {
  return (await (await Caddy.at(admin))?.routes()) ?? [];
}

/** A box that was started anew may have another address. */
export async function refreshRoutes(box: LaunchedBox, admin: string | undefined): Promise<void> {
  const caddy = await Caddy.at(admin);
  for (const route of (await caddy?.routes()) ?? []) {
    if (route.box !== box.name || route.upstream === upstreamOf(box, route.port)) continue;
    await caddy?.add({ ...route, upstream: upstreamOf(box, route.port) });
  }
}

/** Where this machine reaches a port of a box: as published, which outlives a restart; else at the box's own address. */
function upstreamOf(box: LaunchedBox, port: number): string {
  const published = box.onHostNetwork ? port : box.ports.find((each) => each.inside === port)?.host;
  if (published !== undefined) return `127.0.0.1:${published}`;
  if (box.address) return `${box.address}:${port}`;
  throw boxError(
    'port-unreachable',
    `Port ${port} of ${box.name} is not published, and ${box.status === 'running' ? 'the box has no address here' : 'the box does not run'}.`,
    box.status === 'running'
      ? `Launch it with --port ${port}.`
      : `Start it: runbook box restart ${box.name}.`,
  );
}
