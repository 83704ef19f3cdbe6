import { lookup } from 'node:dns/promises';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ConnectRow } from '../../model/connect-row.ts';

/** What to connect to, and for how long at most. */
export interface MatrixOptions {
  /** Host names or addresses; default: loopback and the box's own addresses. */
  readonly hosts?: readonly string[];
  readonly ports: readonly number[];
  /** Milliseconds for one connection; default 2,000. Silence beyond it is `timeout`: dropped. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

/** Connections tried at once: enough to be quick, too few to look like a scan. */
const AT_ONCE = 16;

/**
 * Tries every host and port from this box, closes at once and sends nothing. Refused, dropped, unreachable and
 * unresolved are told apart, which is what network theories turn on. Rows from outside come from callers. Never throws.
 */
export async function connectMatrix({
  hosts = ownHosts(),
  ports,
  limitMs = 2000,
  signal,
}: MatrixOptions): Promise<ConnectRow[]> {
  const wanted = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
  const rows: ConnectRow[] = [];
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    const some = wanted.slice(start, start + AT_ONCE);
    rows.push(...(await Promise.all(some.map(({ host, port }) => tryOne(host, port, limitMs, signal)))));
  }
  return rows;
}

/** Loopback in both families, and the addresses of this box that others could use. */
export function ownHosts(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outward = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  const loopback = all.filter(({ internal, address }) => internal && /^(?:127\.0\.0\.1|::1)$/.test(address));
  return [...new Set([...loopback, ...outward].map(({ address }) => address))];
}

async function tryOne(
  host: string,
  port: number,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<ConnectRow> {
  const began = performance.now();
  const row = { vantage: 'box', host, port };
  const resolved = await resolve(host);
  if (resolved.address === undefined)
    return { ...row, result: 'dns', ms: since(began), detail: resolved.code };
  const code = await connect(resolved.address, port, limitMs, signal);
  return {
    ...row,
    address: resolved.address,
    result: RESULTS[code] ?? 'unknown',
    ms: since(began),
    detail: code,
  };
}

async function resolve(host: string): Promise<{ address?: string; code: string }> {
  try {
    const { address } = await lookup(host);
    return { address, code: '' };
  } catch (error) {
    return { code: (error as NodeJS.ErrnoException).code ?? 'ENOTFOUND' };
  }
}

/** Resolves with `open` or the system's code. */
function connect(
  address: string,
  port: number,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, ...(signal && { signal }) });
    const end = (code: string): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(limitMs, () => end('ETIMEDOUT'));
    socket.once('connect', () => end('open'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.name));
  });
}

const RESULTS: Readonly<Record<string, ConnectRow['result']>> = {
  open: 'open',
  ECONNREFUSED: 'refused',
  // Something answered and hung up at once: reached, and not let in.
  ECONNRESET: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  EACCES: 'denied',
  EPERM: 'denied',
};

function since(began: number): number {
  return Math.round(performance.now() - began);
}
