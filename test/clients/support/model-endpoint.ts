import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { anthropicMessages } from './anthropic-messages.ts';
import { geminiContent } from './gemini-content.ts';
import { openaiResponses } from './openai-responses.ts';

/** A tool as the model is offered it. */
export interface OfferedTool {
  /** As the client names it, such as `mcp__runbook__apply_step`. */
  readonly name: string;
  /** The group that the client put it in; Codex puts each MCP server into one. */
  readonly namespace?: string | undefined;
  readonly description: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON Schema of any tool
  readonly schema: any;
}

/** One request of a client, in words that all protocols share. */
export interface ModelRequest {
  /** Everything that the model can read before the conversation: system prompt and developer messages. */
  readonly system: string;
  /** The conversation so far as text, without tool results. */
  readonly conversation: string;
  readonly tools: readonly OfferedTool[];
  /** What the tools answered since the model last spoke. */
  readonly results: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: the whole body, as it was sent
  readonly body: any;
}

/** What the model does next: calls one tool, or says something, which ends its turn. */
export type Move = { readonly call: string; readonly input: unknown } | { readonly say: string };

/** A scripted agent: yields its moves and receives the request that follows each. */
export type Script = Generator<Move, void, ModelRequest>;

/** How one vendor's protocol is read and written. */
export interface WireFormat {
  matches(path: string): boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any vendor
  read(body: any): ModelRequest;
  /** Answers with a move, whose tool has the name that the client offered. */
  write(response: ServerResponse, move: Move, tool: OfferedTool | undefined, path: string): void;
}

const formats: readonly WireFormat[] = [anthropicMessages, openaiResponses, geminiContent];

/** A model on loopback. Nothing else answers: it is the clients' proxy too, and refuses every other address. */
export interface ModelEndpoint {
  readonly url: string;
  /** Requests that offered tools, in order: those that the script answered. */
  readonly requests: readonly ModelRequest[];
  /** Requests to this address that no format knows, such as telemetry. */
  readonly unknown: readonly string[];
  /** Addresses that the client tried to reach besides. */
  readonly strangers: readonly string[];
}

/** Starts an endpoint whose model plays `script`. Requests without tools (titles, quota) are answered with `ok`. */
export async function modelEndpoint(script: () => Script): Promise<ModelEndpoint> {
  const requests: ModelRequest[] = [];
  const unknown: string[] = [];
  const strangers: string[] = [];
  const playing = script();

  function nextMove(request: ModelRequest): Move {
    requests.push(request);
    const { value } = playing.next(request);
    return value ?? { say: 'The script is over.' };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const text = await textOf(request);
    const format = formats.find((each) => each.matches(path));
    if (request.method !== 'POST' || !format) {
      unknown.push(`${request.method} ${path}`);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not here"}');
      return;
    }
    const asked = format.read(JSON.parse(text));
    const move = asked.tools.length > 0 ? nextMove(asked) : { say: 'ok' };
    const tool = 'call' in move ? asked.tools.find((each) => isNamed(each, move.call)) : undefined;
    format.write(response, move, tool, path);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      unknown.push(`${request.url}: ${error}`);
      response.writeHead(500).end();
    });
  });
  server.on('connect', ({ url }, socket) => {
    strangers.push(url ?? '');
    // The client may have hung up already.
    socket.on('error', () => {});
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, unknown, strangers };
}

/** Whether a client's tool is the one that a script means: clients put the server's name before it. */
export function isNamed({ name }: OfferedTool, wanted: string): boolean {
  return name === wanted || name.endsWith(`_${wanted}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
