import { z } from 'zod';
import { requireBox } from '../../boxes/find-box.ts';
import { openShell, requireRunning } from '../../boxes/inside.ts';
import type { ExitCode } from '../../model/diagnostic.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';

/** A shell in a box, for a person. */
export const boxSsh = defineOperation({
  description:
    'Opens a shell as root, through the container engine, without an ssh server or key. A command after `--` runs instead of a shell,\n' +
    'and determines the exit code. Your changes are not recorded in any runbook.',
  examples: ['runbook box ssh web', 'runbook box ssh web -- ps -ef'],
  input: z.object({
    ...boxArgument,
    command: z
      .array(z.string())
      .default([])
      .describe('what to run instead of a shell')
      .meta({ positional: true, placeholder: 'COMMAND' }),
  }),
  run: async ({ world }, { box: name, command }): Promise<number> => {
    const box = await requireBox(name);
    requireRunning(box);
    if (!world.person) return await openShell(box, command, false);
    return await world.person.withTerminal(() => openShell(box, command, true));
  },
  exit: (code) => code as ExitCode,
});
