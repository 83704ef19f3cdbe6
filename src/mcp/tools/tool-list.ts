import type { Tool } from '@modelcontextprotocol/server';
import type { AgentTool } from '../../operations/agent/tool.ts';
import { offered, type Serving } from '../serving.ts';
import { inputSchema } from './listed-schema.ts';

/**
 * The result of tools/list, in a fixed order for all clients. Loads every tool. Without output schemas: models never see
 * them, and the core set has 12 KB.
 */
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
    annotations: {
      readOnlyHint: tool.hints.readOnly,
      destructiveHint: tool.hints.destructive,
      idempotentHint: tool.hints.idempotent,
      openWorldHint: tool.hints.openWorld,
    },
    // Claude Code hides the schemas of MCP tools until it searches for them, but the loop needs its tools at once.
    ...(tool.toolset === 'core' ? { _meta: { 'anthropic/alwaysLoad': true } } : {}),
  };
}
