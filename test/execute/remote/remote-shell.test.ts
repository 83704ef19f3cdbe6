import { expect, test, vi } from 'vitest';
import { remotePool } from '../../../src/execute/remote/remote-shell.ts';
import type { RemoteSession } from '../../../src/execute/remote/session.ts';

test('gives up on a watchdog that never answers', async () => {
  vi.useFakeTimers();
  try {
    let why: string | undefined;
    let leave = (_: Error) => {};
    const silent = {
      hello: { kind: 'bash', scratch: '/s' },
      usable: () => true,
      ask: () => new Promise<string>((_, reject) => (leave = reject)),
      abandon: (said: string) => {
        why = said;
        leave(new Error(said));
      },
    } as unknown as RemoteSession;
    const host = await remotePool(silent, { open: async () => silent, most: 1 }).take();
    if ('unstartable' in host) throw new Error(host.unstartable);
    const ended = host.endFence({ number: 1, bytes: Buffer.alloc(0), hasGroup: true });
    await vi.advanceTimersByTimeAsync(119_000);
    expect(why).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2_000);
    await ended;
    expect(why).toBe('it did not end a fence that had to be stopped');
  } finally {
    vi.useRealTimers();
  }
});
