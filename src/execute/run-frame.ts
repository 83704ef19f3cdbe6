import type { ShellRequest } from '../model/shell.ts';
import type { BashHost, FrameEnd } from './bash-host.ts';
import { endGroups } from './end-groups.ts';

/** What a frame may be cut short by. */
export type Cut = { readonly kind: 'timeout'; readonly afterMs: number } | { readonly kind: 'aborted' };

/** A frame made for one host, and whether its fence announces a process group (a plain one runs in the host itself). */
export interface Frame {
  readonly number: number;
  readonly bytes: Buffer;
  readonly hasGroup: boolean;
}

/** Beyond this Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs one frame to its end, or to the deadline or abort: then exactly this fence's process group is ended.
 * When this resolves, nothing of the group runs any more, unless the fence ended by itself and left it running.
 */
export async function runFrame(
  host: BashHost,
  frame: Frame,
  request: Pick<ShellRequest, 'timeoutMs' | 'signal' | 'onOutput'>,
): Promise<FrameEnd | Cut> {
  const ended = host.send(frame.bytes, request.onOutput);
  let cut: Cut | undefined;
  let ending: Promise<void> | undefined;
  let over = false;
  const stop = (why: Cut) => {
    cut ??= why;
    ending ??= endFence(host, frame).then(() => {
      if (!over) host.kill();
    });
  };
  const onAbort = () => stop({ kind: 'aborted' });
  const deadline = setTimeout(
    () => stop({ kind: 'timeout', afterMs: request.timeoutMs }),
    Math.min(request.timeoutMs, LONGEST_TIMER_MS),
  );
  request.signal?.addEventListener('abort', onAbort);

  const end = await ended;
  over = true;
  clearTimeout(deadline);
  request.signal?.removeEventListener('abort', onAbort);
  if (ending) await ending;
  else if (end.kind === 'lost') await endGroups(groupsOf(host, frame));
  return cut ?? end;
}

/** The host outlives this if the fence has a group; else it would go on with the next line, so it goes first. */
async function endFence(host: BashHost, frame: Frame): Promise<void> {
  const groups = groupsOf(host, frame);
  if (!frame.hasGroup || groups.length === 0) {
    await endGroups(host.kill());
  } else {
    await endGroups(groups);
  }
}

function groupsOf(host: BashHost, frame: Frame): number[] {
  const group = frame.hasGroup ? host.group(frame.number) : undefined;
  return group === undefined ? [] : [group];
}
