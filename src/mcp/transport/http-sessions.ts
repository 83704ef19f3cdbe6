import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  legacyStatelessFallback,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

/** Maximum number of sessions. A new session replaces the one that was idle longest; that client starts a new one. */
const MAX_SESSIONS = 64;

/** HTTP sessions for clients of 2025. */
export interface HttpSessions {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Serves clients of 2025 over HTTP in sessions. The server can ask a person during a call only in a session, because
 * the answer arrives as a separate request. A request without a session is served alone, without questions.
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
        if (sessions.size > MAX_SESSIONS && oldest !== undefined) void end(oldest);
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
      // Moves the session to the end: the last one is the most recent.
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

/** As MCP requires, so that the client initializes again. */
function gone(): Response {
  const error = { code: -32001, message: 'The session does not exist any more.' };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 });
}
