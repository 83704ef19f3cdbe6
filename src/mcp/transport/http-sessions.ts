import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  legacyStatelessFallback,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

/** Sessions at once; the one that was quiet longest goes for a new one. A client whose session is gone begins anew. */
const MOST_SESSIONS = 64;

/** The clients of 2025 that speak HTTP. */
export interface HttpSessions {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Serves clients of 2025 over HTTP in sessions, since only within one can the server ask a person in the middle of a call: the
 * answer comes as a request of its own. A request outside of any session is served by itself, and nobody is asked.
 */
export function httpSessions(create: () => Server, onError: (error: Error) => void): HttpSessions {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const alone = legacyStatelessFallback(create, onError);

  async function opened(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, transport);
        const [oldest] = sessions.keys();
        if (sessions.size > MOST_SESSIONS && oldest !== undefined) void end(oldest);
      },
      onsessionclosed: (id) => void end(id),
    });
    await create().connect(transport);
    return transport;
  }

  async function end(id: string): Promise<void> {
    const transport = sessions.get(id);
    sessions.delete(id);
    await transport?.close().catch(onError);
  }

  return {
    async fetch(request) {
      const id = request.headers.get('mcp-session-id');
      if (id === null)
        return (await begins(request)) ? (await opened()).handleRequest(request) : alone(request);
      const transport = sessions.get(id);
      if (!transport) return gone();
      // The latest stands last.
      sessions.delete(id);
      sessions.set(id, transport);
      return await transport.handleRequest(request);
    },
    close: async () => {
      await Promise.all([...sessions.keys()].map(end));
    },
  };
}

async function begins(request: Request): Promise<boolean> {
  if (request.method !== 'POST') return false;
  const body: unknown = await request
    .clone()
    .json()
    .catch(() => undefined);
  return (Array.isArray(body) ? body : [body]).some(isInitializeRequest);
}

/** As MCP wants it: the client is to initialize anew. */
function gone(): Response {
  const error = { code: -32001, message: 'There is no such session any more.' };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 });
}
