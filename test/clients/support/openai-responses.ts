import type { OfferedTool, WireFormat } from './model-endpoint.ts';
import { sendEvents } from './server-sent-events.ts';

let calls = 0;

/** The streaming Responses API: Codex. */
export const openaiResponses: WireFormat = {
  matches: (path) => /\/responses(\?|$)/.test(path),

  read(body) {
    const input = body.input as Item[];
    const spoke = input.findLastIndex((item) => item.type === 'function_call' || item.role === 'assistant');
    return {
      system: [
        body.instructions ?? '',
        ...input.filter((item) => item.role === 'developer').map(textOf),
      ].join('\n'),
      conversation: input
        .filter((item) => item.type === 'message')
        .map(textOf)
        .join('\n'),
      tools: (body.tools ?? []).flatMap((tool: Tool) => toolsOf(tool)),
      results: input
        .slice(spoke + 1)
        .filter((item) => item.type === 'function_call_output')
        .map((item) => (typeof item.output === 'string' ? item.output : textOf({ content: item.output }))),
      body,
    };
  },

  write(response, move, tool) {
    const id = `resp_${++calls}`;
    const item =
      'call' in move
        ? {
            type: 'function_call',
            id: `fc_${calls}`,
            call_id: `call_${calls}`,
            name: tool?.name ?? move.call,
            ...(tool?.namespace ? { namespace: tool.namespace } : {}),
            arguments: JSON.stringify(move.input),
          }
        : {
            type: 'message',
            id: `msg_${calls}`,
            role: 'assistant',
            content: [{ type: 'output_text', text: move.say, annotations: [] }],
          };
    const usage = {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 20,
    };
    sendEvents(response, [
      { type: 'response.created', response: { id } },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { id, status: 'completed', output: [item], usage } },
    ]);
  },
};

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: unknown;
  readonly output?: unknown;
}

interface Tool {
  readonly type: string;
  readonly name: string;
  readonly description?: string;
  readonly parameters?: unknown;
  readonly tools?: Tool[];
}

function toolsOf(tool: Tool, namespace?: string): OfferedTool[] {
  if (tool.type === 'namespace') return (tool.tools ?? []).flatMap((each) => toolsOf(each, tool.name));
  return [
    {
      name: tool.name ?? tool.type,
      namespace,
      description: tool.description ?? '',
      schema: tool.parameters,
    },
  ];
}

function textOf({ content }: { content?: unknown }): string {
  if (typeof content === 'string') return content;
  return ((content ?? []) as { text?: string }[]).map((part) => part.text ?? '').join('\n');
}
