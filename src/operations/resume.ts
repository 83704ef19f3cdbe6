import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import type { ResumeReport } from '../model/report.ts';
import { openWorkspace } from './agent/workspace.ts';
import { defineOperation } from './operation.ts';

const input = z.object({
  problem: z
    .string()
    .optional()
    .describe('the problem to go on with, such as p-1a2b3c4d; without it, all work on this box')
    .meta({ positional: true, placeholder: 'PROBLEM' }),
  file: z.string().default('AUTODOCK.md').describe('the runbook').meta({ placeholder: 'FILE' }),
});

/** A person's word after an escalation, or after a guard has stopped an agent. Never the agent's own. */
export const resume = defineOperation({
  name: 'resume',
  summary: 'let an agent go on with a problem that waits for you',
  description:
    'A problem that an agent escalated, or that a guard stopped, waits until you say this; its counters begin anew.\n' +
    'It wants a terminal: an agent may not say it for you. Without a problem, everything on this box goes on.',
  examples: ['runbook resume p-1a2b3c4d', 'runbook resume'],
  effect: 'write',
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
  return new RunbookError(
    [
      {
        code: 'no-terminal',
        severity: 'error',
        message: 'Nothing was resumed: there is no person at a terminal here.',
        remedy: 'Run the same command on a terminal.',
      },
    ],
    EXIT.person,
  );
}

function unknown(problem: string, known: readonly string[]): RunbookError {
  const near = nearest(problem, known);
  const listed = known.length > 0 ? `There are: ${known.join(', ')}.` : 'None is recorded on this box.';
  return new RunbookError(
    [
      {
        code: 'unknown-problem',
        severity: 'error',
        message: `There is no problem ${problem} on this box.`,
        remedy: near ? `Did you mean ${near}?` : listed,
      },
    ],
    EXIT.usage,
  );
}
