import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** A real client over the stdio of a server process. */
export interface Wire {
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer, and tests look into it
  call(name: string, input?: Record<string, unknown>): Promise<any>;
  close(): Promise<void>;
}

/** Starts a server and shakes hands with it. An error of a tool is thrown, with its text. */
export async function connect(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Wire> {
  const client = new Client({ name: 'scripted', version: '1.0' });
  const transport = new StdioClientTransport({ command, args: [...args], env, stderr: 'ignore' });
  await client.connect(transport);
  return {
    call: async (name, input = {}) => {
      const result = await client.callTool({ name, arguments: input }, undefined, { timeout: 120_000 });
      if (result.isError) throw new Error(JSON.stringify(result.content));
      return result.structuredContent;
    },
    close: () => client.close(),
  };
}
