import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';

/** Who is calling, and where the server learns of it: since revision 2026-07-28 every request says so itself. */
export interface Client {
  /** Name and version, as it says; cut to one plain line, since it is journaled. */
  readonly name: string;
  /** Whether it can show a person a form. */
  readonly forms: boolean;
}

export function clientOf(server: Server, { mcpReq }: ServerContext, modern: boolean): Client {
  const envelope = (mcpReq.envelope ?? {}) as Record<string, unknown>;
  const info = modern ? (envelope[CLIENT_INFO_META_KEY] as Implementation) : server.getClientVersion();
  const capabilities = modern
    ? (envelope[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities)
    : server.getClientCapabilities();
  const elicitation = capabilities?.elicitation;
  return {
    name: info ? `${info.name} ${info.version}`.replace(/[^\x20-\x7e]/g, '').slice(0, 80) : 'unknown',
    // Before there were modes there was only the form: none named means that one.
    forms: elicitation !== undefined && ('form' in elicitation || !('url' in elicitation)),
  };
}
