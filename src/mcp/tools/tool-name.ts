import { nearest } from '../../base/nearest.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { AgentToolRow } from '../../operations/all.ts';
import { offered, type Serving } from '../serving.ts';
import { whyNotOffered } from './not-offered.ts';

/**
 * The tool that a call means, offered or not. Names are listed with underscores, since clients refuse dots and some of them
 * hyphens; a call may spell them as people do: `env.observe`, `apply-step`, `env/save`.
 *
 * @throws RunbookError naming the nearest tool
 */
export function findTool(serving: Serving, called: string): AgentToolRow {
  const name = called.toLowerCase().replace(/[.\-/]/g, '_');
  const found = serving.tools.find((tool) => tool.name === name);
  if (found) return found;
  throw new RunbookError(
    [
      {
        code: 'unknown-tool',
        severity: 'error',
        message: `There is no tool ${JSON.stringify(called.slice(0, 100))}.`,
        remedy: instead(serving, name.slice(0, 100)),
      },
    ],
    EXIT.usage,
  );
}

/** What can be called instead; of a tool that is not offered, how a person turns it on. */
function instead(serving: Serving, name: string): string {
  const names = offered(serving).map((tool) => tool.name);
  const near = nearest(
    name,
    serving.tools.map((tool) => tool.name),
  );
  if (near === undefined) return `The tools are: ${names.join(', ')}.`;
  if (names.includes(near)) return `Did you mean ${near}?`;
  const off = whyNotOffered(serving, serving.tools.find((tool) => tool.name === near)!);
  return `Did you mean ${near}? ${off?.message} ${off?.remedy}`;
}
