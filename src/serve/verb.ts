import { z } from 'zod';
import { EXIT, type ExitCode, RunbookError } from '../model/diagnostic.ts';
import { defineOperation } from '../operations/operation.ts';

const input = z.object({
  file: z
    .string()
    .default('AUTODOCK.md')
    .describe('the runbook')
    .meta({ positional: true, placeholder: 'FILE' }),
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(7421)
    .describe('the port of 127.0.0.1; 0 selects any free port')
    .meta({ placeholder: 'PORT' }),
});

/** `runbook serve`: a verb that is implemented here, because it is a front end like cli and mcp. */
export const serve = defineOperation({
  description:
    'Serves the document on 127.0.0.1: live while a pass runs, with all recorded passes and their logs, the boxes of a fleet,\n' +
    'and what agents ask to run. Needs a terminal, because the one-time code for signing in is shown there and nowhere else.\n' +
    'Ends with Ctrl-C.',
  examples: ['runbook serve', 'runbook serve AUTODOCK.md --port 8080'],
  input,
  run: async (context, flags): Promise<ExitCode> => {
    const { person } = context.world;
    if (!person) throw noTerminal();
    const { servePages } = await import('./serve-pages.ts');
    return await servePages(context, { ...flags, person });
  },
  exit: (code) => code,
});

function noTerminal(): RunbookError {
  return new RunbookError(
    [
      {
        code: 'no-terminal',
        severity: 'error',
        message: 'Nothing is served: the code for signing in is shown on a terminal, and none is attached.',
        remedy: 'Run the same command in a terminal.',
      },
    ],
    EXIT.person,
  );
}
