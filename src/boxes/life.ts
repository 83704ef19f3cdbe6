import { errorText, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';
import type { LaunchedBox } from './find-box.ts';

/** Grace period for a box's first process, in seconds. */
const GRACE_S = '3';

/** Stops a box; its files stay. */
export const stopBox = (box: LaunchedBox) => requireOk(box, ['stop', '--time', GRACE_S, box.container]);

/** Restarts a box, or starts a stopped one. Background processes of steps are gone; a replay starts them again. */
export const restartBox = (box: LaunchedBox) =>
  box.status === 'running'
    ? requireOk(box, ['restart', '--time', GRACE_S, box.container])
    : requireOk(box, ['start', box.container]);

/** Removes a box with everything that it wrote. Succeeds if it is already gone. */
export async function destroyBox(box: LaunchedBox): Promise<void> {
  const result = await runProgram([box.engine, 'rm', '--force', '--volumes', box.container]);
  if (result.code === 0 || /no such container|no container with|already in progress/i.test(result.stderr))
    return;
  throw refused(box, errorText(result));
}

async function requireOk(box: LaunchedBox, args: readonly string[]): Promise<void> {
  const result = await runProgram([box.engine, ...args]);
  if (result.code !== 0) throw refused(box, errorText(result));
}

function refused(box: LaunchedBox, cause: string): Error {
  return boxError(
    'engine-failed',
    `${box.engine} failed on ${box.name}: ${cause}.`,
    'Check its state with `runbook box list`.',
  );
}
