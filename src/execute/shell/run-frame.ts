import type { ShellRequest } from '../../model/shell.ts';
import { type Deadline, watchDeadline } from '../deadline.ts';
import type { Frame, FrameEnd, ShellProcess } from './shell-process.ts';

/**
 * Runs one frame to its end, or until the deadline or an abort ends exactly this fence's process group. When it
 * resolves, nothing of the group runs, unless the fence itself ended and left a process running.
 */
export async function runFrame(
  shell: ShellProcess,
  frame: Frame,
  request: Pick<ShellRequest, 'timeoutMs' | 'signal' | 'onOutput'>,
): Promise<FrameEnd | Deadline> {
  let stoppedBy: Deadline | undefined;
  let ending: Promise<void> | undefined;
  let over = false;
  const unwatch = watchDeadline(request, (why) => {
    stoppedBy ??= why;
    ending ??= shell.endFence(frame).then(() => {
      if (!over) shell.kill();
    });
  });

  const end = await shell.send(frame, request.onOutput);
  over = true;
  unwatch();
  if (ending) await ending;
  else if (end.kind === 'lost') await shell.endLeft(frame);
  return stoppedBy ?? end;
}
