import type { OperationRow } from '../operations/all.ts';
import type { Operation } from '../operations/operation.ts';

/** The verb `mcp` for the command's list: light, as its rows are. */
export const mcpRow: OperationRow = {
  name: 'mcp',
  summary: 'serve the runbook to a coding agent (Model Context Protocol)',
  effect: 'act',
  load: async () => (await import('./verb.ts')).mcp as unknown as Operation,
};

/** The port of `--http` where none is named: one address that clients can be given once. */
export const USUAL_PORT = 7420;

/** `runbook mcp --http` means the usual port; the command's parser knows no flag whose value may be left out. */
export function withPort(argv: readonly string[]): readonly string[] {
  if (!argv.includes(mcpRow.name)) return argv;
  return argv.map((word, index) =>
    word === '--http' && !/^\d+$/.test(argv[index + 1] ?? '') ? `--http=${USUAL_PORT}` : word,
  );
}
