import type { OperationRow } from '../operations/all.ts';
import type { Operation } from '../operations/operation.ts';

/** The verb `mcp` for the command's list. Lightweight, like the other rows. */
export const mcpRow: OperationRow = {
  name: 'mcp',
  summary: 'serve the runbook to a coding agent (Model Context Protocol)',
  effect: 'act',
  load: async () => (await import('./verb.ts')).mcp as unknown as Operation,
};
