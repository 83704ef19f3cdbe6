import type { WireFormat } from './model-endpoint.ts';
import { sendEvents } from './server-sent-events.ts';

let calls = 0;

/** The streaming Messages API: Claude Code and opencode. */
export const anthropicMessages: WireFormat = {
  matches: (path) => /\/messages(\?|$)/.test(path),

  read(body) {
    const messages = body.messages as { role: string; content: unknown }[];
    // Reminders of the client follow as messages of their own.
    const latest = messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
    return {
      system: textOf(body.system),
      conversation: messages.map((each) => textOf(each.content)).join('\n'),
      tools: (body.tools ?? []).map(
        (tool: { name: string; description?: string; input_schema?: unknown }) => ({
          name: tool.name,
          description: tool.description ?? '',
          schema: tool.input_schema,
        }),
      ),
      results: latest
        .flatMap(({ content }) => blocksOf(content))
        .filter((block) => block.type === 'tool_result')
        .map((block) => textOf(block.content)),
      body,
    };
  },

  write(response, move, tool) {
    const id = `toolu_${String(++calls).padStart(24, '0')}`;
    const usage = { input_tokens: 10, output_tokens: 10 };
    const [start, delta] =
      'call' in move
        ? [
            { type: 'tool_use', id, name: tool?.name ?? move.call, input: {} },
            { type: 'input_json_delta', partial_json: JSON.stringify(move.input) },
          ]
        : [
            { type: 'text', text: '' },
            { type: 'text_delta', text: move.say },
          ];
    sendEvents(response, [
      {
        type: 'message_start',
        message: {
          id: `msg_${calls}`,
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-5',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage,
        },
      },
      { type: 'content_block_start', index: 0, content_block: start },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'call' in move ? 'tool_use' : 'end_turn', stop_sequence: null },
        usage,
      },
      { type: 'message_stop' },
    ]);
  },
};

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly content?: unknown;
}

function blocksOf(content: unknown): Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? content : [];
}

function textOf(content: unknown): string {
  return blocksOf(content)
    .filter((block) => block.type === 'text')
    .map((block) => block.text ?? '')
    .join('\n');
}
