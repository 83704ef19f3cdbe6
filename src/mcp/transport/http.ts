import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { EXIT, type RunbookError, runbookError } from '../../model/diagnostic.ts';
import { createServer, type Sealing } from '../server.ts';
import type { Serving } from '../serving.ts';
import { httpSessions } from './http-sessions.ts';

/** Address and access of the HTTP server. */
export interface HttpOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  /** Where a person finds the token, for the log line. */
  readonly tokenFrom: string;
}

/**
 * Serves on the loopback interface until the signal fires. Every request must name this machine as its host, must not
 * come from a foreign web page, and must carry the token, because a web page in a browser can reach loopback too
 * (CVE-2025-66414).
 *
 * @throws RunbookError (exit 3) if the port is not available.
 */
export async function httpServer(
  serving: Serving,
  sealing: Sealing,
  options: HttpOptions,
  signal: AbortSignal,
): Promise<void> {
  const onerror = (error: Error) => serving.note(error.message);
  const newer = createMcpHandler(() => createServer(serving, { modern: true, sealing }), {
    legacy: 'reject',
    onerror,
  });
  const older = httpSessions(() => createServer(serving, { modern: false, sealing }), onerror);
  const answer = toNodeHandler(
    {
      fetch: async (request, options) =>
        (await isLegacyRequest(request)) ? older.fetch(request) : newer.fetch(request, options),
    },
    { onerror },
  );
  const guards = [localhostHostValidation(), localhostOriginValidation(), bearer(options.token), onlyMcp];
  const http = createHttpServer((request, response) => {
    if (guards.every((passes) => passes(request, response))) void answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => reject(unavailable(options.port, error)));
    http.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  serving.note(`listening on http://127.0.0.1:${port}/mcp; the bearer token is in ${options.tokenFrom}`);

  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  await Promise.all([newer.close(), older.close()]);
  http.closeAllConnections();
  await closed;
}

type Guard = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Compares hashes, so that response times reveal neither length nor content of the token. */
function bearer(token: string): Guard {
  const wanted = sha256(token);
  return (request, response) => {
    const given = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (timingSafeEqual(sha256(given), wanted)) return true;
    refuse(response, 401, 'A bearer token is required.', { 'WWW-Authenticate': 'Bearer realm="runbook"' });
    return false;
  };
}

const onlyMcp: Guard = (request, response) => {
  if (request.url?.split('?')[0] === '/mcp') return true;
  refuse(response, 404, 'The server is at /mcp.');
  return false;
};

/** An error outside of any request, as MCP requires: JSON-RPC without an id. */
function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }));
}

function unavailable(port: number, { code, message }: NodeJS.ErrnoException): RunbookError {
  const taken = code === 'EADDRINUSE';
  return runbookError(
    {
      code: taken ? 'port-taken' : 'port-unavailable',
      message: `Port ${port} of 127.0.0.1 is not available: ${taken ? 'another process listens on it' : message}.`,
      remedy: 'Use another port with --http PORT; 0 selects any free port.',
    },
    EXIT.person,
  );
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();
