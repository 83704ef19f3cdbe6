import { Client as NewClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { onTestFinished } from 'vitest';

interface Result {
  readonly isError?: boolean | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool
  readonly structuredContent?: any;
  readonly text: string;
}

/** What tests need of a client, whichever it is. */
export interface TestClient {
  readonly pid: number;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { signal?: AbortSignal; onprogress?: (progress: { message?: string | undefined }) => void },
  ): Promise<Result>;
  // biome-ignore lint/suspicious/noExplicitAny: the two SDKs have types of their own
  readonly sdk: any;
  close(): Promise<void>;
}

/** A question as it reaches a client. */
export interface Form {
  readonly message: string;
  readonly requestedSchema?: unknown;
  readonly mode?: string;
  readonly url?: string;
}

/** Everything that a person reads in a form: the line of context, then what would run. */
export function textOfForm({ message, requestedSchema }: Form): string {
  const { properties } = requestedSchema as { properties: { answer: { description: string } } };
  return `${message}\n${properties.answer.description}`;
}

export interface ClientOptions {
  /** Answers a form; absent: the client has no forms. */
  readonly person?: (form: Form) => Promise<{ action: string; content?: Record<string, unknown> }>;
  /** It can open a page too; such a question has no form. */
  readonly urls?: boolean;
  readonly cwd?: string;
  /** Opened for several tests. The file that opens it closes it. */
  readonly shared?: boolean;
}

type Command = { command: string; args: string[] };

/** What most installed agents resemble: SDK 1.x, revision 2025-11-25. */
async function oldClient(command: Command, options: ClientOptions = {}): Promise<TestClient> {
  const { person, urls } = options;
  const elicitation = urls ? { form: {}, url: {} } : {};
  const client = new OldClient(
    { name: 'old client', version: '1.32.2' },
    { capabilities: person ? { elicitation } : {} },
  );
  // biome-ignore lint/suspicious/noExplicitAny: the answer is a test's
  if (person) client.setRequestHandler(ElicitRequestSchema, ({ params }) => person(params) as any);
  const transport = new OldStdio({ ...command, stderr: 'ignore', ...place(options) });
  await client.connect(transport);
  return testClient(client, transport, options);
}

/** SDK 2.x, revision 2026-07-28: no session, questions as results. */
async function newClient(command: Command, options: ClientOptions = {}): Promise<TestClient> {
  const { person, urls } = options;
  const client = new NewClient(
    { name: 'new client', version: '2.4.0' },
    {
      capabilities: person ? { elicitation: { form: {}, ...(urls ? { url: {} } : {}) } } : {},
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  // biome-ignore lint/suspicious/noExplicitAny: as above
  if (person) client.setRequestHandler('elicitation/create', ({ params }) => person(params as any) as any);
  const transport = new NewStdio({ ...command, stderr: 'ignore', ...place(options) });
  await client.connect(transport);
  return testClient(client, transport, options);
}

export const clients = [
  { name: 'SDK 1.x', open: oldClient },
  { name: 'SDK 2.x', open: newClient },
] as const;

// biome-ignore lint/suspicious/noExplicitAny: as above
function testClient(sdk: any, transport: OldStdio | NewStdio, { shared = false }: ClientOptions): TestClient {
  const close = () => sdk.close();
  if (!shared) onTestFinished(close);
  return {
    pid: transport.pid ?? 0,
    sdk,
    close,
    call: async (name, args = {}, options = {}) => {
      const params = { name, arguments: args };
      const result = await (sdk instanceof OldClient
        ? sdk.callTool(params, undefined, options)
        : sdk.callTool(params, options));
      const [first] = result.content as { text?: string }[];
      return {
        isError: result.isError,
        structuredContent: result.structuredContent,
        text: first?.text ?? '',
      };
    },
  };
}

const place = ({ cwd }: ClientOptions) => (cwd === undefined ? {} : { cwd });
