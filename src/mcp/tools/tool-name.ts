import { nearest } from '../../base/nearest.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';
import type { AgentToolRow } from '../../operations/all.ts';
import { offered, type Serving } from '../serving.ts';
import { whyNotOffered } from './not-offered.ts';

/**
 * Finds the tool for a name, offered or not. Listed names have underscores, because clients reject dots and some of
 * them hyphens. A call may use other spellings: `env.observe`, `apply-step`, `env/save`.
 *
 * @throws RunbookError naming the nearest tool
 */
export function findTool(serving: Serving, called: string): AgentToolRow {
  const name = called.toLowerCase().replace(/[.\-/]/g, '_');
  const found = serving.tools.find((tool) => tool.name === name);
  if (found) return found;
  throw runbookError(
    {
      code: 'unknown-tool',
      message: `The tool ${JSON.stringify(called.slice(0, 100))} does not exist.`,
      remedy: instead(serving, name.slice(0, 100)),
    },
    EXIT.usage,
  );
}

/** What to call instead. For a tool that is not offered, how a person can enable it. */
function instead(serving: Serving, name: string): string {
  const names = offered(serving).map((tool) => tool.name);
  const near = nearest(
    name,
    serving.tools.map((tool) => tool.name),
  );
  if (near === undefined) return `Tools: ${names.join(', ')}.`;
  if (names.includes(near)) return `Did you mean ${near}?`;
  const off = whyNotOffered(serving, serving.tools.find((tool) => tool.name === near)!);
  return `Did you mean ${near}? ${off?.message} ${off?.remedy}`;
}
