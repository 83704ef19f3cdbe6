import { killBox, rebootBox, unplugBox } from '../../boxes/faults.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import type { Box } from '../../model/box.ts';
import type { Fault } from '../../model/chaos.ts';
import { fillDisk, killNewLeaves, processesOf } from './inside-faults.ts';

/** A fault made ready: `strike` hurts, and answers how to heal, or why this box cannot be hurt so. */
export interface Weapon {
  readonly strike: () => Promise<(() => Promise<void>) | string>;
}

/** Looks at the box while it is well, so that striking takes no longer than it must. */
export async function weaponFor(fault: Fault, launched: LaunchedBox, box: Box): Promise<Weapon> {
  switch (fault) {
    case 'kill-step': {
      const before = await processesOf(box);
      return {
        strike: async () =>
          (await killNewLeaves(box, before)) ? async () => {} : 'the step was over before it could be killed',
      };
    }
    case 'kill-box':
      return { strike: () => killBox(launched) };
    case 'restart':
      return { strike: () => rebootBox(launched) };
    case 'drop-network':
      return { strike: async () => (await unplugBox(launched)) ?? 'it is on no network of its own' };
    case 'fill-disk':
      return { strike: () => fillDisk(box) };
  }
}
