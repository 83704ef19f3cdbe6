import { EXIT, RunbookError } from '../model/diagnostic.ts';
import { nearest } from '../model/nearest.ts';
import type { AgentToolRow } from '../operations/agent/all.ts';

/**
 * The tool that a call means. Names are listed with underscores, since clients refuse dots and some of them hyphens;
 * a call may spell them as people do: `env.observe`, `apply-step`, `env/save`.
 *
 * @throws RunbookError naming the nearest tool.
 */
export function findTool(tools: readonly AgentToolRow[], called: string): AgentToolRow {
  const name = called.toLowerCase().replace(/[.\-/]/g, '_');
  const found = tools.find((tool) => tool.name === name);
  if (found) return found;
  const names = tools.map((tool) => tool.name);
  const near = nearest(name.slice(0, 100), names);
  throw new RunbookError(
    [
      {
        code: 'unknown-tool',
        severity: 'error',
        message: `There is no tool ${JSON.stringify(called.slice(0, 100))}.`,
        remedy: near ? `Did you mean ${near}?` : `The tools are: ${names.join(', ')}.`,
      },
    ],
    EXIT.usage,
  );
}
