import { verb } from '../operations/all.ts';

/** The verb `mcp` for the command's list. Lightweight, like the other rows. */
export const mcpRow = verb('mcp', 'act', 'serve the runbook to a coding agent (Model Context Protocol)', {
  load: async () => (await import('./verb.ts')).mcp,
});
