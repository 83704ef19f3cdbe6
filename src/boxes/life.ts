import { boxError } from './box-errors.ts';
import { call, errorText } from './call.ts';
import type { LaunchedBox } from './find-box.ts';

/** Seconds that a box's first process gets to end. */
const GRACE_S = '3';

/** Stops a box; what is in its files stays. */
export const stopBox = (box: LaunchedBox) => demand(box, ['stop', '--time', GRACE_S, box.container]);

/** Starts a box anew, whether it runs or not. What a step left running is gone; a replay brings it back. */
export const restartBox = (box: LaunchedBox) =>
  box.status === 'running'
    ? demand(box, ['restart', '--time', GRACE_S, box.container])
    : demand(box, ['start', box.container]);

/** Removes a box with all that it wrote. One that is gone already is as good as removed. */
export async function destroyBox(box: LaunchedBox): Promise<void> {
  const said = await call(box.engine, ['rm', '--force', '--volumes', box.container]);
  if (said.code === 0 || /no such container|no container with|already in progress/i.test(said.stderr)) return;
  throw refused(box, errorText(said));
}

async function demand(box: LaunchedBox, args: readonly string[]): Promise<void> {
  const said = await call(box.engine, args);
  if (said.code !== 0) throw refused(box, errorText(said));
}

function refused(box: LaunchedBox, cause: string): Error {
  return boxError(
    'engine-failed',
    `${box.engine} says of ${box.name}: ${cause}.`,
    'Look at it with `runbook box list`.',
  );
}
