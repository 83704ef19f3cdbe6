import { z } from 'zod';
import { listBoxes } from '../../boxes/find-box.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { BoxesReport } from '../../model/reports/report.ts';
import { operationTool } from '../agent/operation-tool.ts';
import { defineOperation } from '../operation.ts';
import { boxReports } from './box-report.ts';
import { boxRow, READS } from './box-tools.ts';

/** Every box that was launched on this host's engine, including those of killed runs. */
export const boxList = defineOperation({
  description:
    'Lists the containers that carry labels of runbook. All state is in these labels, so no box is lost after a crash.\n' +
    'Expired and left-over boxes are marked; prune removes them.',
  examples: ['runbook box list', 'runbook box list --json'],
  input: z.object({}),
  run: async ({ world }): Promise<BoxesReport> => ({ boxes: await boxReports(await listBoxes(), world) }),
  exit: () => EXIT.done,
});

export const envList = operationTool(boxList, {
  dotted: 'env.list',
  title: 'List boxes',
  description:
    'The boxes that were launched here (env.list), with state, image, ports and names. Those that are over are marked.',
  hints: READS,
  input: z.object({}),
  output: z.object({ boxes: z.array(boxRow) }),
  answer: ({ boxes }) => ({ boxes: [...boxes] }),
});
