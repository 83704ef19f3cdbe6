import { setMaxListeners } from 'node:events';
import {
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  Agent as PlainAgent,
} from 'node:http';
import { request as httpsRequest, Agent as SecureAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { BoundedBytes, sizeText } from '../../base/bounded-bytes.ts';
import { deadline } from '../../base/deadline.ts';
import type { ApiClient, ApiReply, ApiRequest } from '../../model/cluster/cluster.ts';
import { backOff } from '../../observe/back-off.ts';
import { ClusterError } from '../cluster-errors.ts';
import { type ApiFailure, apiError, clusterErrorOf } from './api-failure.ts';
import type { Credentials } from './credentials.ts';

/** Address and connection of the API server. */
export interface ClientOptions {
  /** `https://10.0.0.1:6443`, with a path if a proxy adds one. */
  readonly server: string;
  readonly credentials: Credentials;
  /** Opens a TCP connection from the box; without it, connections are opened from this machine. */
  readonly connect?: (host: string, port: number) => Promise<Duplex>;
}

const ANSWER_LIMIT_MS = 30_000;

/**
 * Limits on responses. Lists arrive in pages of 500, and etcd limits an object to 1.5 MiB by default; OpenAPI documents
 * have about 10 MiB.
 */
const MAX_BYTES = { answer: 128 * 1024 * 1024, event: 16 * 1024 * 1024 } as const;
const MAX_TRIES = 5;

/** A client that sends raw JSON over HTTP/1.1 and reuses connections. Sends nothing yet. */
export function openClient({ server, credentials, connect }: ClientOptions): ApiClient {
  const base = new URL(server);
  const secure = base.protocol === 'https:';
  const agent = secure ? secureAgent(base, credentials, connect) : plainAgent(base, connect);
  let requests = 0;

  const send = (request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> => {
    requests += 1;
    const content = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    return new Promise((resolve, reject) => {
      const message = (secure ? httpsRequest : httpRequest)(
        {
          protocol: base.protocol,
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || (secure ? 443 : 80),
          path: base.pathname.replace(/\/$/, '') + request.path + queryOf(request.query),
          method: request.method ?? 'GET',
          agent,
          signal,
          headers: {
            accept: request.accept ?? 'application/json',
            'user-agent': 'runbook',
            ...credentials.headers,
            ...(content && {
              'content-type': request.contentType ?? 'application/json',
              'content-length': content.length,
            }),
          },
        },
        resolve,
      );
      message.on('error', (error) => reject(staleSocket(message, error) ?? error));
      message.end(content);
    });
  };

  const once = async <T>(request: ApiRequest): Promise<ApiReply<T>> => {
    // Many requests of one look share its signal, and each listens until its time is over: no leak that Node has to warn of.
    if (request.signal) setMaxListeners(0, request.signal);
    const signal = deadline(request.timeoutMs ?? ANSWER_LIMIT_MS, request.signal);
    try {
      const response = await send(request, signal).catch((error) =>
        // The server closed a reused connection while the request was written. It got no answer, so it is sent again.
        error instanceof StaleSocket ? send(request, signal) : Promise.reject(error),
      );
      const text = await textOf(response, server);
      if (isGood(response)) return { body: bodyOf<T>(response, text), warnings: warningsOf(response) };
      throw apiError(failure(server, request, response, text));
    } catch (error) {
      throw clusterErrorOf(error, server, request.signal);
    }
  };

  return {
    get requests() {
      return requests;
    },
    request: async <T>(request: ApiRequest) => {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await once<T>(request);
        } catch (error) {
          const retryAfter = error instanceof ClusterError ? error.more.retryAfterMs : undefined;
          if (retryAfter === undefined || attempt + 1 >= MAX_TRIES) throw error;
          const pause = Math.min(retryAfter, 10_000);
          const deadline = Date.now() + 2 * pause;
          await backOff({ attempt, deadline, firstMs: pause, longestMs: 2 * pause, signal: request.signal });
        }
      }
    },
    stream: async (request) => {
      const gone = new AbortController();
      const signal = request.signal ? AbortSignal.any([request.signal, gone.signal]) : gone.signal;
      const limit = setTimeout(
        () => gone.abort(new DOMException('no answer', 'TimeoutError')),
        ANSWER_LIMIT_MS,
      );
      try {
        const response = await send(request, signal);
        if (!isGood(response))
          throw apiError(failure(server, request, response, await textOf(response, server)));
        return lines(response, gone, {
          server,
          toError: (error) => clusterErrorOf(error, server, request.signal),
        });
      } catch (error) {
        gone.abort();
        throw clusterErrorOf(error, server, request.signal);
      } finally {
        clearTimeout(limit);
      }
    },
    close: () => agent.destroy(),
  };
}

function secureAgent(base: URL, { tls }: Credentials, connect: ClientOptions['connect']): SecureAgent {
  const agent = new SecureAgent({ keepAlive: true, keepAliveMsecs: 10_000, ...tls });
  if (!connect) return agent;
  return connectWith(
    agent,
    () => connect(hostOf(base), portOf(base, 443)),
    (socket, options) =>
      tlsConnect({ ...options, ...tls, socket, servername: options.servername || tls.servername }),
  );
}

function plainAgent(base: URL, connect: ClientOptions['connect']): HttpAgent {
  const agent = new PlainAgent({ keepAlive: true, keepAliveMsecs: 10_000 });
  return connect
    ? connectWith(
        agent,
        () => connect(hostOf(base), portOf(base, 80)),
        (socket) => socket,
      )
    : agent;
}

/** Makes an agent use connections opened by another function, such as those of a remote box. */
function connectWith<A extends HttpAgent>(
  agent: A,
  openConnection: () => Promise<Duplex>,
  wrap: (socket: Duplex, options: ConnectionOptions) => Duplex,
): A {
  // Node's Agent accepts the socket by callback if nothing is returned, which its types do not declare.
  (agent as { createConnection: unknown }).createConnection = (
    options: ConnectionOptions,
    done: (error: Error | null, socket?: Duplex) => void,
  ) => {
    openConnection().then(
      (socket) => done(null, wrap(socket, options)),
      (error) => done(error as Error),
    );
  };
  return agent;
}

function hostOf(base: URL): string {
  return base.hostname.replace(/^\[|\]$/g, '');
}

function portOf(base: URL, defaultPort: number): number {
  return base.port === '' ? defaultPort : Number(base.port);
}

/** The server closed a reused connection while a request was written. */
class StaleSocket extends Error {}

function staleSocket(
  message: { reusedSocket: boolean },
  error: NodeJS.ErrnoException,
): StaleSocket | undefined {
  const isStale = message.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
  return isStale ? new StaleSocket(error.message) : undefined;
}

function queryOf(query: ApiRequest['query']): string {
  const given = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

async function textOf(response: IncomingMessage, server: string): Promise<string> {
  const body = new BoundedBytes(MAX_BYTES.answer);
  for await (const chunk of response)
    if (!body.add(chunk as Buffer)) throw tooMuch(server, 'an answer', MAX_BYTES.answer);
  return body.take().toString('utf8');
}

function tooMuch(server: string, what: string, most: number): ClusterError {
  const message = `The API server ${server} sent ${what} of more than ${sizeText(most)}, so the connection was closed.`;
  return new ClusterError('error', message, {
    remedy: 'Check what runs at that address; it does not behave like an API server.',
  });
}

function bodyOf<T>({ headers }: IncomingMessage, text: string): T {
  return (headers['content-type']?.includes('json') ? JSON.parse(text) : text) as T;
}

function warningsOf({ headers }: IncomingMessage): string[] {
  const header = headers.warning;
  if (header === undefined) return [];
  // 299 - "text, with \" escaped"
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map((each) =>
    each[1]!.replace(/\\(.)/g, '$1'),
  );
}

function failure(server: string, request: ApiRequest, response: IncomingMessage, text: string): ApiFailure {
  const seconds = Number(response.headers['retry-after']);
  return {
    server,
    method: request.method ?? 'GET',
    path: request.path,
    status: response.statusCode ?? 0,
    text,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
  };
}

async function* lines(
  response: IncomingMessage,
  gone: AbortController,
  { server, toError }: { readonly server: string; readonly toError: (error: unknown) => ClusterError },
): AsyncGenerator<unknown, void, undefined> {
  let open: string[] = [];
  let length = 0;
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      const [first = '', ...others] = (chunk as string).split('\n');
      open.push(first);
      length += first.length;
      if (length > MAX_BYTES.event) throw tooMuch(server, 'an event', MAX_BYTES.event);
      if (others.length === 0) continue;
      const parts = [open.join(''), ...others];
      open = [parts.pop()!];
      length = open[0]!.length;
      for (const part of parts) if (part.trim() !== '') yield JSON.parse(part);
    }
  } catch (error) {
    throw toError(error);
  } finally {
    gone.abort();
    response.destroy();
  }
}
