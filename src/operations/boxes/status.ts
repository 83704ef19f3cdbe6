import { z } from 'zod';
import { requireBox } from '../../boxes/find-box.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { OneBoxReport } from '../../model/reports/report.ts';
import { operationTool } from '../agent/operation-tool.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { boxReports } from './box-report.ts';
import { boxByName, boxName, oneBox, READS } from './box-tools.ts';

/** One box and how to reach it. */
export const boxStatus = defineOperation({
  description: 'Reports the current state of a box according to the engine and the proxy. Changes nothing.',
  examples: ['runbook box status web'],
  input: z.object(boxArgument),
  run: async ({ world }, { box }): Promise<OneBoxReport> => {
    const [report] = await boxReports([await requireBox(box)], world);
    return { did: 'looked', box: report!, notes: [] };
  },
  exit: () => EXIT.done,
});

export const envStatus = operationTool(boxStatus, {
  dotted: 'env.status',
  title: 'Look at a box',
  description:
    'One box now (env.status): its state, image, ports, and the names under which it is reached. half-made: it is still being launched.',
  hints: READS,
  input: z.object({ box: boxName }),
  output: oneBox,
  answer: boxByName,
});
