import type { Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { AgentTool } from '../operations/agent/tool.ts';
import { offered, type Serving } from './serving.ts';

/** The answer of tools/list: fixed order, whoever asks. Loads every tool. */
export async function listTools(serving: Serving): Promise<Tool[]> {
  const tools = await Promise.all(offered(serving).map((row) => row.load()));
  return tools.map(listed);
}

function listed(tool: AgentTool): Tool {
  return {
    name: tool.name,
    title: `${tool.title} (${tool.dotted})`,
    description: tool.description,
    inputSchema: { ...inputSchema(tool.input), type: 'object' },
    outputSchema: { ...outputSchema(tool.output), type: 'object' },
    annotations: {
      readOnlyHint: tool.hints.readOnly,
      destructiveHint: tool.hints.destructive,
      idempotentHint: tool.hints.idempotent,
      openWorldHint: tool.hints.openWorld,
    },
  };
}

/** What a tool gives, as the server adds to it. */
export function withMore(output: z.ZodObject): z.ZodObject {
  return output.extend({ more: z.record(z.string(), z.number()).optional() });
}

function inputSchema(input: z.ZodObject): Schema {
  return {
    ...trimmed(z.toJSONSchema(input, { io: 'input' }), Number.POSITIVE_INFINITY),
    additionalProperties: false,
  };
}

/** How deep an output is spelled out. Below, its type alone: the list has 16 KB for all tools, and models never see it. */
const OUTPUT_DEPTH = 3;

function outputSchema(output: z.ZodObject): Schema {
  return trimmed(z.toJSONSchema(withMore(output), { io: 'output' }), OUTPUT_DEPTH);
}

type Schema = Record<string, unknown>;

/**
 * Takes off what costs characters and tells nothing: the dialect (older clients know only draft 7 and fail at another), the
 * bounds of every integer, and closed objects within.
 */
function trimmed(schema: unknown, depth: number): Schema {
  const kept = Object.entries(schema as Schema).filter(
    ([key, value]) =>
      key !== '$schema' &&
      key !== 'additionalProperties' &&
      Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER,
  );
  const { additionalProperties } = schema as Schema;
  const open =
    typeof additionalProperties === 'object'
      ? { additionalProperties: trimmed(additionalProperties, depth - 1) }
      : {};
  return { ...Object.fromEntries(kept.flatMap(([key, value]) => inner(key, value, depth))), ...open };
}

function inner(key: string, value: unknown, depth: number): [string, unknown][] {
  switch (key) {
    case 'properties':
      if (depth <= 0) return [];
      return [
        [
          key,
          Object.fromEntries(
            Object.entries(value as Schema).map(([name, each]) => [name, trimmed(each, depth - 1)]),
          ),
        ],
      ];
    case 'required':
      return depth <= 0 ? [] : [[key, value]];
    case 'propertyNames':
      return [];
    case 'items':
      return [[key, trimmed(value, depth)]];
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
      return [[key, (value as unknown[]).map((each) => trimmed(each, depth))]];
    default:
      return [[key, value]];
  }
}
