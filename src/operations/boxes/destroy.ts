import { z } from 'zod';
import { unexposePort } from '../../boxes/expose.ts';
import { type LaunchedBox, requireBox } from '../../boxes/find-box.ts';
import { destroyBox } from '../../boxes/life.ts';
import { EXIT } from '../../model/diagnostic.ts';
import type { RemovedBoxesReport } from '../../model/reports/report.ts';
import type { World } from '../../world.ts';
import { operationTool } from '../agent/operation-tool.ts';
import { defineOperation } from '../operation.ts';
import { boxArgument } from './box-flags.ts';
import { boxName, ENDS } from './box-tools.ts';

/** Removes a box with everything that it wrote. */
export const boxDestroy = defineOperation({
  description:
    'Stops the box, deletes its files and removes its names from the proxy. This cannot be undone.',
  examples: ['runbook box destroy web'],
  input: z.object(boxArgument),
  run: async ({ world }, { box }): Promise<RemovedBoxesReport> => {
    await removeBox(await requireBox(box), world);
    return { removed: [{ name: box, because: 'destroyed' }] };
  },
  exit: () => EXIT.done,
});

/** Removes the box and its routes. An unreachable proxy does not prevent that. */
export async function removeBox(box: LaunchedBox, world: World): Promise<void> {
  await unexposePort(box.name, world.env.CADDY_ADMIN).catch(() => []);
  await destroyBox(box);
}

export const envDestroy = operationTool(boxDestroy, {
  dotted: 'env.destroy',
  title: 'Destroy a box',
  description: 'Removes a box with all that it wrote, and its names (env.destroy). This cannot be undone.',
  hints: ENDS,
  input: z.object({ box: boxName }),
  output: z.object({ removed: z.array(z.object({ name: z.string(), because: z.string() })) }),
  answer: ({ removed }) => ({ removed: [...removed] }),
});
