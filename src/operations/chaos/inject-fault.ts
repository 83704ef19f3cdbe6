import { killBox, rebootBox, unplugBox } from '../../boxes/faults.ts';
import type { LaunchedBox } from '../../boxes/find-box.ts';
import type { Box } from '../../model/box.ts';
import type { Fault } from '../../model/reports/chaos.ts';
import { fillDisk, killNewProcesses, processesOf } from './inside-faults.ts';

/** A prepared fault. */
export interface FaultInjector {
  /** Called when the pass has started, so that the pass's own processes can be excluded. */
  readonly prepare: () => void;
  /** Injects the fault. Returns how to remove it, or why it cannot be injected on this box. */
  readonly inject: () => Promise<(() => Promise<void>) | string>;
}

/** The injector of this fault for this box. */
export function faultInjectorFor(fault: Fault, launched: LaunchedBox, box: Box): FaultInjector {
  const ready = { prepare: () => {} };
  switch (fault) {
    case 'kill-step':
      return stepKiller(box);
    case 'kill-box':
      return { ...ready, inject: () => killBox(launched) };
    case 'restart':
      return { ...ready, inject: () => rebootBox(launched) };
    case 'drop-network':
      return {
        ...ready,
        inject: async () => (await unplugBox(launched)) ?? 'the box has no network of its own',
      };
    case 'fill-disk':
      return { ...ready, inject: () => fillDisk(box) };
  }
}

function stepKiller(box: Box): FaultInjector {
  let before: Promise<string> = Promise.resolve('');
  return {
    prepare: () => {
      before = processesOf(box);
    },
    inject: async () =>
      (await killNewProcesses(box, await before))
        ? async () => {}
        : 'the step ended before it could be killed',
  };
}
