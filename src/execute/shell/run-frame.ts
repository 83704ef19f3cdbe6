import type { ShellRequest } from '../../model/shell.ts';
import { type Cut, watchForCut } from '../deadline.ts';
import type { Frame, FrameEnd, Host } from './shell-process.ts';

/**
 * Runs one frame to its end, or to the deadline or abort: then exactly this fence's process group is ended.
 * When this resolves, nothing of the group runs any more, unless the fence ended by itself and left it running.
 */
export async function runFrame(
  host: Host,
  frame: Frame,
  request: Pick<ShellRequest, 'timeoutMs' | 'signal' | 'onOutput'>,
): Promise<FrameEnd | Cut> {
  let cut: Cut | undefined;
  let ending: Promise<void> | undefined;
  let over = false;
  const unwatch = watchForCut(request, (why) => {
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
