import { z } from 'zod';
import { fleetFlags, sessionFlags } from './session/session-flags.ts';

/** Flags of `runbook replay`. */
export const replayInput = z.object({
  ...sessionFlags,
  from: z
    .string()
    .optional()
    .describe('start at this step; those before it are taken as they are')
    .meta({ placeholder: 'ID' }),
  only: z.string().optional().describe('walk this step alone').meta({ placeholder: 'ID' }),
  accept: z
    .string()
    .optional()
    .describe('confirm this step, mended by hand, if its Verify passes')
    .meta({ placeholder: 'ID' }),
  dryRun: z.boolean().default(false).describe('say what would be done; run nothing from the document'),
  force: z.boolean().default(false).describe('act even where a step is satisfied'),
  keepGoing: z
    .boolean()
    .default(false)
    .describe('after a failure, go on with the steps that do not come after it'),
  jobs: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('how many independent steps run at once')
    .meta({ placeholder: 'N' }),
  fleet: z
    .string()
    .optional()
    .describe('replay on every box of this inventory')
    .meta({ placeholder: 'INVENTORY' }),
  ...fleetFlags('with --fleet: '),
  maxFail: z
    .string()
    .default('100%')
    .describe('with --fleet: begin no more boxes once more than so many have failed, as 3 or 10%')
    .meta({ placeholder: 'N' }),
});

export type ReplayFlags = z.infer<typeof replayInput>;
