import { lookup } from 'node:dns/promises';
import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ConnectRow } from '../../model/facts/connect-row.ts';

/** Targets and the time limit. */
export interface MatrixOptions {
  /** Host names or addresses; default: loopback and the box's own addresses. */
  readonly hosts?: readonly string[];
  readonly ports: readonly number[];
  /** Milliseconds for one connection; default 2,000. After that, the result is `timeout`: packets are dropped. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
}

/** Parallel connections: enough to be fast, too few to look like a scan. */
const PARALLEL = 16;

/**
 * Tries every host and port from this box, closes at once and sends no data. Distinguishes refused, dropped,
 * unreachable and unresolved. Callers add rows measured on other boxes. Never throws.
 */
export async function connectMatrix({
  hosts = ownHosts(),
  ports,
  limitMs = 2000,
  signal,
}: MatrixOptions): Promise<ConnectRow[]> {
  const wanted = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
  const rows: ConnectRow[] = [];
  for (let start = 0; start < wanted.length; start += PARALLEL) {
    const some = wanted.slice(start, start + PARALLEL);
    rows.push(...(await Promise.all(some.map(({ host, port }) => tryOne(host, port, limitMs, signal)))));
  }
  return rows;
}

/** Loopback in both families, and the box's own addresses that others could use. */
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
  const started = performance.now();
  const row = { vantage: 'box', host, port };
  const resolved = await resolve(host);
  if (resolved.address === undefined)
    return { ...row, result: 'dns', ms: since(started), detail: resolved.code };
  const code = await connect(resolved.address, port, limitMs, signal);
  return {
    ...row,
    address: resolved.address,
    result: RESULTS[code] ?? 'unknown',
    ms: since(started),
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

/** Resolves with `open` or the system's error code. */
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
  // Something answered and closed at once: reached, but not admitted.
  ECONNRESET: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  EACCES: 'denied',
  EPERM: 'denied',
};

function since(started: number): number {
  return Math.round(performance.now() - started);
}
