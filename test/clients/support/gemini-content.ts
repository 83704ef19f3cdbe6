import type { WireFormat } from './model-endpoint.ts';
import { sendEvents } from './server-sent-events.ts';

/** Gemini's generateContent, streaming or not: Gemini CLI. */
export const geminiContent: WireFormat = {
  matches: (path) => /:(streamGenerateContent|generateContent|countTokens)(\?|$)/.test(path),

  read(body) {
    const contents = (body.contents ?? []) as { parts?: Part[] }[];
    return {
      system: partsText(body.systemInstruction?.parts),
      conversation: contents.map((each) => partsText(each.parts)).join('\n'),
      tools: (body.tools ?? [])
        .flatMap((group: { functionDeclarations?: Declaration[] }) => group.functionDeclarations ?? [])
        .map((each: Declaration) => ({
          name: each.name,
          description: each.description ?? '',
          schema: each.parametersJsonSchema ?? each.parameters,
        })),
      results: (contents.at(-1)?.parts ?? [])
        .filter((part) => part.functionResponse)
        .map((part) => resultText(part.functionResponse?.response)),
      body,
    };
  },

  write(response, move, tool, path) {
    const part =
      'call' in move
        ? { functionCall: { name: tool?.name ?? move.call, args: move.input } }
        : { text: move.say };
    const answer = {
      candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
      totalTokens: 10,
    };
    if (path.includes(':streamGenerateContent')) return sendEvents(response, [answer]);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  },
};

interface Part {
  readonly text?: string;
  readonly functionResponse?: { readonly response?: { readonly output?: unknown; readonly error?: unknown } };
}

interface Declaration {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: unknown;
  readonly parameters?: unknown;
}

function partsText(parts: readonly Part[] = []): string {
  return parts.map((part) => part.text ?? '').join('\n');
}

function resultText(response: { readonly output?: unknown; readonly error?: unknown } = {}): string {
  const value = response.output ?? response.error ?? response;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
