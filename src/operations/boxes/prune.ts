import { z } from 'zod';
import { listBoxes } from '../../boxes/find-box.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { RemovedBoxesReport } from '../../model/reports/report.ts';
import { defineOperation } from '../operation.ts';
import { endReason } from './box-report.ts';
import { removeBox } from './destroy.ts';

/** Removes expired and left-over boxes. */
export const boxPrune = defineOperation({
  description:
    'Removes boxes whose --expires time has passed, interrupted launches, and boxes of a prove whose process is gone.\n' +
    'A box without --expires stays until it is destroyed.',
  examples: ['runbook box prune'],
  input: z.object({}),
  run: async ({ world }): Promise<RemovedBoxesReport> => {
    const removed: { name: string; because: string }[] = [];
    for (const box of await listBoxes()) {
      const because = endReason(box, world.now());
      if (because === undefined) continue;
      await removeBox(box, world);
      removed.push({ name: box.name, because });
    }
    return { removed };
  },
  exit: () => EXIT.done,
});
