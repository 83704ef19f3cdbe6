import { z } from 'zod';
import { boxError } from '../../boxes/box-errors.ts';
import { requireBox } from '../../boxes/find-box.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { GrantReport } from '../../model/reports/report.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { grantAll } from './require-grants.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A person's permission to pass a secret to a box. Agents cannot give it. */
export const boxGrant = defineOperation({
  description:
    'A secret is passed to a box other than this machine only after this. The permission is for exactly this box: a later box with\n' +
    'the same name needs a new one. It needs a terminal, so that an agent cannot give it for you.',
  examples: ['runbook box grant web REGISTRY_PASS'],
  input: z.object({
    ...boxArgument,
    secrets: z
      .array(z.string().regex(NAME, 'must be the name of a secret'))
      .min(1)
      .describe('names, never values')
      .meta({ positional: true, placeholder: 'SECRET' }),
  }),
  run: async ({ world }, { box, secrets }): Promise<GrantReport> => {
    if (!world.person) {
      throw boxError(
        'no-terminal',
        'Nothing was granted: a person must confirm this in a terminal, and none is attached.',
        'Run the same command in a terminal.',
      );
    }
    await grantAll(world, await requireBox(box), secrets, 'command');
    return { box, secrets };
  },
  exit: () => EXIT.done,
});
