import { killBox, rebootBox, unplugBox } from '../../boxes/faults.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import type { Box } from '../../model/box.ts';
import type { Fault } from '../../model/chaos.ts';
import { fillDisk, killNewProcesses, processesOf } from './inside-faults.ts';

/** A fault made ready. */
export interface FaultInjector {
  /** Called when the pass has begun, and so all is there that is the pass's own and not a step's. */
  readonly aim: () => void;
  /** Hurts, and answers how to heal, or why this box cannot be hurt so. */
  readonly strike: () => Promise<(() => Promise<void>) | string>;
}

/** What hurts this box this way. */
export function faultInjectorFor(fault: Fault, launched: LaunchedBox, box: Box): FaultInjector {
  const ready = { aim: () => {} };
  switch (fault) {
    case 'kill-step':
      return stepKiller(box);
    case 'kill-box':
      return { ...ready, strike: () => killBox(launched) };
    case 'restart':
      return { ...ready, strike: () => rebootBox(launched) };
    case 'drop-network':
      return {
        ...ready,
        strike: async () => (await unplugBox(launched)) ?? 'it is on no network of its own',
      };
    case 'fill-disk':
      return { ...ready, strike: () => fillDisk(box) };
  }
}

function stepKiller(box: Box): FaultInjector {
  let before: Promise<string> = Promise.resolve('');
  return {
    aim: () => {
      before = processesOf(box);
    },
    strike: async () =>
      (await killNewProcesses(box, await before))
        ? async () => {}
        : 'the step was over before it could be killed',
  };
}
