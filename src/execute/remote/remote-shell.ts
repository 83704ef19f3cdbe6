import { fenceMark } from '../fence-mark.ts';
import { openShellPool, type ShellPool } from '../shell/shell-pool.ts';
import type { ShellNotStarted, ShellProcess } from '../shell/shell-process.ts';
import type { RemoteSession } from './session.ts';

/**
 * Time that the watchdog has to end a fence. It needs five seconds of grace, or a hundred on a box whose sleep takes
 * whole seconds only; after that it will not answer at all.
 */
const END_MS = 120_000;

/** Presents a session as a shell process. The session's watchdog, on the box, ends what a fence runs. */
function shellOf(session: RemoteSession): ShellProcess {
  const endFence = async (number: number, mark = '') => {
    // If the connection is lost, the watchdog has ended the fence already.
    const giveUp = setTimeout(() => session.abandon('it did not end a fence that had to be stopped'), END_MS);
    await session.ask('k', `${number} ${mark}`).catch(() => {});
    clearTimeout(giveUp);
  };
  return {
    kind: session.hello.kind,
    folder: session.hello.scratch,
    toOutput: '2>&12 >&2',
    usable: () => session.usable(),
    send: ({ bytes, number }, sink) => session.send(bytes, number, sink),
    endFence: ({ number }) => endFence(number, fenceMark(number)),
    // A fence whose shell died alone may have left a daemon on purpose.
    endLeft: ({ number }) => endFence(number),
    // The shell no longer answers. Closing the session ends what it runs.
    kill: () => void session.close(),
    close: () => session.close(),
  };
}

/**
 * The shell processes of a box: its first session, and further ones when fences run in parallel or a shell was left
 * busy.
 */
export function remotePool(
  first: RemoteSession,
  { open, most }: { readonly open: () => Promise<RemoteSession>; readonly most: number },
): ShellPool {
  let spare: RemoteSession | undefined = first;
  const start = async (): Promise<ShellProcess | ShellNotStarted> => {
    // The first session stays open even if its shell is unusable, because its watchdog holds the lock.
    if (spare?.usable()) {
      const shell = shellOf(spare);
      spare = undefined;
      return { ...shell, close: async () => {}, kill: () => {} };
    }
    const lost = first.lost();
    if (lost !== undefined) return { unstartable: lost, absent: false, disconnected: true };
    try {
      return shellOf(await open());
    } catch (error) {
      return { unstartable: (error as Error).message, absent: false };
    }
  };
  return openShellPool({ start, most });
}
