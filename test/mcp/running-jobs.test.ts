import { describe, expect, test } from 'vitest';
import { createRunningJobs } from '../../src/mcp/tools/running-jobs.ts';

const never = new AbortController();

const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    if (signal.aborted) resolve('cancelled');
    signal.addEventListener('abort', () => resolve('cancelled'));
  });

describe('jobs', () => {
  test('return their result within the wait or later, and can be found until they end', async () => {
    const jobs = createRunningJobs().forCall(never);
    expect(await jobs.start('quick', async () => 7).within(1_000)).toEqual({ ended: true, result: 7 });
    const slow = jobs.start('slow', untilAborted);
    expect(await slow.within(10)).toEqual({ ended: false });
    expect(jobs.find('slow')?.id).toBe('slow');
    slow.cancel();
    expect(await slow.ended).toBe('cancelled');
    expect(jobs.find('slow')).toBeUndefined();
  });

  test('fail with their work, without a crash if nothing awaits them', async () => {
    const jobs = createRunningJobs().forCall(never);
    const failing = jobs.start('bad', () => Promise.reject(new Error('boom')));
    await expect(failing.within(1_000)).rejects.toThrow('boom');
    jobs.start('unheard', () => Promise.reject(new Error('no one hears this')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(jobs.find('unheard')).toBeUndefined();
  });

  test('end with the call that started them, unless it has returned', async () => {
    const running = createRunningJobs();
    const [first, second] = [new AbortController(), new AbortController()];
    const begun = running.forCall(first).start('one', untilAborted);
    const other = running.forCall(second, () => true).start('two', untilAborted);
    first.abort();
    second.abort();
    expect(await begun.ended).toBe('cancelled');
    expect(await other.within(10)).toEqual({ ended: false });
    other.cancel();
  });

  test('all end with the server, which waits for a limited time', async () => {
    const running = createRunningJobs();
    const jobs = running.forCall(never);
    const good = jobs.start('good', untilAborted);
    jobs.start('deaf', () => new Promise(() => {}));
    const started = performance.now();
    expect(await running.end(100)).toBe(1);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(await good.ended).toBe('cancelled');
  });
});
