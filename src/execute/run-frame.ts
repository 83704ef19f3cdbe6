import type { ShellRequest } from '../model/shell.ts';
import { type Cut, watchForCut } from './cut.ts';
import { endGroups } from './end-groups.ts';
import type { FrameEnd, Host } from './host.ts';

/** A frame made for one host, and whether its fence announces a process group (a plain one runs in the host itself). */
export interface Frame {
  readonly number: number;
  readonly bytes: Buffer;
  readonly hasGroup: boolean;
}

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
    ending ??= endFence(host, frame).then(() => {
      if (!over) host.kill();
    });
  });

  const end = await host.send(frame.bytes, request.onOutput);
  over = true;
  unwatch();
  if (ending) await ending;
  else if (end.kind === 'lost') await endGroups(groupsOf(host, frame));
  return cut ?? end;
}

/** The host outlives this if the fence has a group; else it would go on with the next line, so it goes first. */
async function endFence(host: Host, frame: Frame): Promise<void> {
  const groups = groupsOf(host, frame);
  await endGroups(groups.length > 0 ? groups : host.kill());
}

function groupsOf(host: Host, frame: Frame): number[] {
  const group = frame.hasGroup ? host.group(frame.number) : undefined;
  return group === undefined ? [] : [group];
}
