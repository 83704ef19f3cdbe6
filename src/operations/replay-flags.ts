import { z } from 'zod';
import { fleetFlags, sessionFlags } from './session/session-flags.ts';

/** Flags of `runbook replay`. */
export const replayInput = z.object({
  ...sessionFlags,
  from: z
    .string()
    .optional()
    .describe('start at this step; earlier steps are not checked')
    .meta({ placeholder: 'ID' }),
  only: z.string().optional().describe('run only this step').meta({ placeholder: 'ID' }),
  accept: z
    .string()
    .optional()
    .describe('confirm this step, fixed by hand, if its Verify passes')
    .meta({ placeholder: 'ID' }),
  dryRun: z.boolean().default(false).describe('show what would be done; run nothing of the document'),
  open: z.boolean().default(false).describe('open the page of the document when the pass has ended'),
  force: z.boolean().default(false).describe('act even if a step is satisfied'),
  keepGoing: z
    .boolean()
    .default(false)
    .describe('after a failure, continue with steps that do not depend on it'),
  undoOnFailure: z
    .boolean()
    .default(false)
    .describe('after a failure, run the Undo parts of what this pass did, in reverse'),
  jobs: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('number of independent steps to run in parallel')
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
    .describe('with --fleet: start no more boxes after more than this many have failed, such as 3 or 10%')
    .meta({ placeholder: 'N' }),
});

export type ReplayFlags = z.infer<typeof replayInput>;
