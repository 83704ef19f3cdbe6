import type { ShellRequest } from '../../model/shell.ts';
import { type Deadline, watchDeadline } from '../deadline.ts';
import type { Frame, FrameEnd, ShellProcess } from './shell-process.ts';

/**
 * Runs one frame to its end, or to the deadline or abort: then exactly this fence's process group is ended.
 * When this resolves, nothing of the group runs any more, unless the fence ended by itself and left it running.
 */
export async function runFrame(
  host: ShellProcess,
  frame: Frame,
  request: Pick<ShellRequest, 'timeoutMs' | 'signal' | 'onOutput'>,
): Promise<FrameEnd | Deadline> {
  let cut: Deadline | undefined;
  let ending: Promise<void> | undefined;
  let over = false;
  const unwatch = watchDeadline(request, (why) => {
    cut ??= why;
    ending ??= host.endFence(frame).then(() => {
      if (!over) host.kill();
    });
  });

  const end = await host.send(frame, request.onOutput);
  over = true;
  unwatch();
  if (ending) await ending;
  else if (end.kind === 'lost') await host.endLeft(frame);
  return cut ?? end;
}
