import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { EXIT, type RunbookError, runbookError } from '../model/diagnostic.ts';
import type { ResumeReport } from '../model/reports/report.ts';
import { openWorkspace } from './agent/workspace.ts';
import { defineOperation } from './operation.ts';
import { fileOption } from './session/session-flags.ts';

const input = z.object({
  problem: z
    .string()
    .optional()
    .describe('the problem to continue, such as p-1a2b3c4d; default: all work on this box')
    .meta({ positional: true, placeholder: 'PROBLEM' }),
  ...fileOption,
});

/** A person's permission to continue after an escalation, or after a guard stopped an agent. Agents cannot give it. */
export const resume = defineOperation({
  description:
    'A problem that an agent escalated, or that a guard stopped, waits for this command, which also resets its counters.\n' +
    'It needs a terminal, so that an agent cannot run it for you. Without a problem, all work on this box continues.',
  examples: ['runbook resume p-1a2b3c4d', 'runbook resume'],
  input,
  run: async ({ world }, { problem, file }): Promise<ResumeReport> => {
    if (!world.person) throw noTerminal();
    const { store } = await openWorkspace({ world, file });
    const { problems } = store.loop;
    const known = problems.map(({ id }) => id);
    if (problem !== undefined && !known.includes(problem)) throw unknown(problem, known);
    await store.append({ kind: 'resume', ...(problem === undefined ? {} : { problem }) });
    const waiting = problems.filter(({ id, state }) => state === 'stopped' && (problem ?? id) === id);
    return { file, resumed: problem === undefined ? waiting.map(({ id }) => id) : [problem] };
  },
  exit: () => EXIT.done,
});

function noTerminal(): RunbookError {
  return runbookError(
    {
      code: 'no-terminal',
      message: 'Nothing was resumed: a person must confirm this in a terminal, and none is attached.',
      remedy: 'Run the same command in a terminal.',
    },
    EXIT.person,
  );
}

function unknown(problem: string, known: readonly string[]): RunbookError {
  const near = nearest(problem, known);
  const listed =
    known.length > 0 ? `Recorded problems: ${known.join(', ')}.` : 'No problem is recorded on this box.';
  return runbookError(
    {
      code: 'unknown-problem',
      message: `The problem ${problem} is not recorded on this box.`,
      remedy: near ? `Did you mean ${near}?` : listed,
    },
    EXIT.usage,
  );
}
