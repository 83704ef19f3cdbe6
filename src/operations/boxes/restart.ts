import { z } from 'zod';
import { refreshRoutes } from '../../boxes/expose.ts';
import { requireBox } from '../../boxes/find-box.ts';
import { restartBox } from '../../boxes/life.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { OneBoxReport } from '../../model/report.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { boxReports } from './box-report.ts';

/** As a reboot: files stay, processes do not. */
export const restart = defineOperation({
  name: 'box restart',
  summary: 'start a box anew, as a reboot does',
  description:
    'Files stay; what ran is gone, and nothing starts by itself, since a box has no init system. A replay brings it back.\n' +
    'Names in the proxy follow the box to its new address.',
  examples: ['runbook box restart web'],
  effect: 'act',
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
