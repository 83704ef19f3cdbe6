import { z } from 'zod';
import { EXIT } from '../../model/diagnostic.ts';
import type { DeliveryResult } from '../../notify/outbox.ts';
import { defineOperation } from '../operation.ts';
import { deliverHere } from './notify-targets.ts';

/** Twice as long as all retries of one message take. */
const PATIENCE_MS = 25 * 60_000;

/** Runs as its own process after a pass; a person may run it too. */
export const deliverNotifications = defineOperation({
  description:
    'Sends what waits in the outbox, with retries for up to 25 minutes. A pass starts it when it has something to report.',
  examples: ['runbook notify deliver', 'runbook notify deliver ops'],
  input: z.object({
    target: z
      .string()
      .regex(/^[\w-]+$/, 'must be the name of a target')
      .optional()
      .describe('one target; default: all')
      .meta({ positional: true, placeholder: 'TARGET' }),
  }),
  run: ({ world }, { target }): Promise<DeliveryResult> =>
    deliverHere(world, { patienceMs: PATIENCE_MS, targets: target === undefined ? undefined : [target] }),
  exit: ({ waiting, dropped }) => (waiting + dropped.length > 0 ? EXIT.failed : EXIT.done),
});
