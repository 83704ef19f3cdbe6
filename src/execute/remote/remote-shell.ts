import { openShellPool, type ShellPool } from '../shell/shell-pool.ts';
import type { ShellNotStarted, ShellProcess } from '../shell/shell-process.ts';
import type { RemoteSession } from './session.ts';

/**
 * What a keeper has to end a fence: five seconds of grace, or a hundred where the box cannot sleep for less than one. One that
 * does not answer then, never will.
 */
const END_MS = 120_000;

/** A session as a host of fences. What a fence runs is ended by the session's keeper, on the box. */
function remoteHost(session: RemoteSession): ShellProcess {
  const endFence = async (number: number) => {
    // Where the connection is lost, the keeper has ended it already.
    const giveUp = setTimeout(() => session.abandon('it did not end what it was told to end'), END_MS);
    await session.ask('k', String(number)).catch(() => {});
    clearTimeout(giveUp);
  };
  return {
    kind: session.hello.kind,
    folder: session.hello.scratch,
    toOutput: '2>&12 >&2',
    usable: () => session.usable(),
    send: ({ bytes, number }, sink) => session.send(bytes, number, sink),
    endFence: ({ number }) => endFence(number),
    endLeft: ({ number }) => endFence(number),
    // Nothing answers to it any more: closing the session ends what there is.
    kill: () => void session.close(),
    close: () => session.close(),
  };
}

/** The hosts of a box: its first session, and others where several fences run at once, or one was left held. */
export function remotePool(
  first: RemoteSession,
  { open, most }: { readonly open: () => Promise<RemoteSession>; readonly most: number },
): ShellPool {
  let spare: RemoteSession | undefined = first;
  const start = async (): Promise<ShellProcess | ShellNotStarted> => {
    // The first session stays open whatever becomes of it as a host: its keeper holds the lock.
    if (spare?.usable()) {
      const host = remoteHost(spare);
      spare = undefined;
      return { ...host, close: async () => {}, kill: () => {} };
    }
    const lost = first.lost();
    if (lost !== undefined) return { unstartable: lost, absent: false, disconnected: true };
    try {
      return remoteHost(await open());
    } catch (error) {
      return { unstartable: (error as Error).message, absent: false };
    }
  };
  return openShellPool({ start, most });
}
