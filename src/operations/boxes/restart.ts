import { z } from 'zod';
import { refreshRoutes } from '../../boxes/expose.ts';
import { requireBox } from '../../boxes/find-box.ts';
import { restartBox } from '../../boxes/life.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { OneBoxReport } from '../../model/reports/report.ts';
import { operationTool } from '../agent/operation-tool.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { boxReports } from './box-report.ts';
import { boxByName, boxName, ENDS, oneBox } from './box-tools.ts';

/** Like a reboot: files stay, processes do not. */
export const boxRestart = defineOperation({
  description:
    'Files stay. Processes end and do not start again, because a box does not run an init system; a replay starts them.\n' +
    'Names in the proxy follow the box to its new address.',
  examples: ['runbook box restart web'],
  input: z.object(boxArgument),
  run: async ({ world }, { box }): Promise<OneBoxReport> => {
    await restartBox(await requireBox(box));
    const started = await requireBox(box);
    await refreshRoutes(started, world.env.CADDY_ADMIN);
    const [report] = await boxReports([started], world);
    return { did: 'restarted', box: report!, notes: [] };
  },
  exit: () => EXIT.done,
});

export const envRestart = operationTool(boxRestart, {
  dotted: 'env.restart',
  title: 'Restart a box',
  description:
    'Restarts a box, as a reboot does (env.restart): files stay, processes do not. A replay brings them back.',
  hints: ENDS,
  input: z.object({ box: boxName }),
  output: oneBox,
  answer: boxByName,
});
