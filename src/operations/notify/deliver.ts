import { z } from 'zod';
import { acquireLock } from '../../journal/lock/lock.ts';
import { EXIT } from '../../model/diagnostic.ts';
import { type DeliveryResult, outboxFolder } from '../../notify/outbox.ts';
import { defineOperation } from '../operation.ts';
import { deliverHere } from './notify-targets.ts';

/** Twice as long as all retries of one message take. */
const PATIENCE_MS = 25 * 60_000;

/** Runs as its own process after a pass; a person may run it too. */
export const deliverNotifications = defineOperation({
  name: 'notify deliver',
  summary: 'send the messages that wait',
  description:
    'Sends what waits in the outbox, with retries for up to 25 minutes. A pass starts it when it has something to report.',
  examples: ['runbook notify deliver'],
  effect: 'write',
  input: z.object({}),
  run: async ({ world }): Promise<DeliveryResult> => {
    const stateFolder = outboxFolder(world.folders.person);
    const lock = acquireLock({
      stateFolder,
      command: 'notify deliver',
      document: 'the outbox',
      now: world.now,
    });
    if (lock.kind === 'held') return { delivered: 0, waiting: 0, dropped: [] };
    try {
      let all = await deliverHere(world, PATIENCE_MS);
      // Messages that came meanwhile.
      for (let more = all; more.delivered > 0 && more.waiting === 0; ) {
        more = await deliverHere(world, PATIENCE_MS);
        all = {
          ...more,
          delivered: all.delivered + more.delivered,
          dropped: [...all.dropped, ...more.dropped],
        };
      }
      return all;
    } finally {
      lock.release();
    }
  },
  exit: ({ waiting, dropped }) => (waiting + dropped.length > 0 ? EXIT.failed : EXIT.done),
});
