import { z } from 'zod';
import { boxError } from '../../boxes/box-errors.ts';
import { requireBox } from '../../boxes/find-box.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { GrantReport } from '../../model/report.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { grantAll } from './require-grants.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A person's word that a box may have a secret. Never an agent's own. */
export const grant = defineOperation({
  name: 'box grant',
  summary: 'let a box have secrets, by name',
  description:
    'A secret reaches another box than this machine only after this. The word holds for this very box: one of the same name that\n' +
    'is launched later has to be granted anew. It wants a terminal: an agent may not say it for you.',
  examples: ['runbook box grant web REGISTRY_PASS'],
  effect: 'write',
  input: z.object({
    ...boxArgument,
    secrets: z
      .array(z.string().regex(NAME, 'is no name of a secret'))
      .min(1)
      .describe('names, never values')
      .meta({ positional: true, placeholder: 'SECRET' }),
  }),
  run: async ({ world }, { box, secrets }): Promise<GrantReport> => {
    if (!world.person) {
      throw boxError(
        'no-terminal',
        'Nothing was granted: there is no person at a terminal here.',
        'Run the same command on a terminal.',
      );
    }
    await grantAll(world, await requireBox(box), secrets, 'command');
    return { box, secrets };
  },
  exit: () => EXIT.done,
});
