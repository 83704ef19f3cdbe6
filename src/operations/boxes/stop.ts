import { z } from 'zod';
import { requireBox } from '../../boxes/find-box.ts';
import { stopBox } from '../../boxes/life.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { OneBoxReport } from '../../model/reports/report.ts';
import { operationTool } from '../agent/operation-tool.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { boxReports } from './box-report.ts';
import { boxByName, boxName, ENDS, oneBox } from './box-tools.ts';

/** Stops a box; its files stay. */
export const boxStop = defineOperation({
  description: 'Ends every process of a box. `runbook box restart` starts it again with its files.',
  examples: ['runbook box stop web'],
  input: z.object(boxArgument),
  run: async ({ world }, { box }): Promise<OneBoxReport> => {
    await stopBox(await requireBox(box));
    const [report] = await boxReports([await requireBox(box)], world);
    return { did: 'stopped', box: report!, notes: [] };
  },
  exit: () => EXIT.done,
});

export const envStop = operationTool(boxStop, {
  dotted: 'env.stop',
  title: 'Stop a box',
  description: 'Ends every process of a box; its files stay (env.stop). env_restart starts it again.',
  hints: ENDS,
  input: z.object({ box: boxName }),
  output: oneBox,
  answer: boxByName,
});
