import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OpenCalls } from '../../src/mcp/tools/open-calls.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A call that notes, in seconds after its beginning, what was done to it. */
function call(calls: OpenCalls) {
  const begun = Date.now();
  const events: string[] = [];
  const note = (what: string) => void events.push(`${what} at ${Math.round((Date.now() - begun) / 1000)} s`);
  let end = () => {};
  const tool = () =>
    new Promise<void>((resolve) => {
      end = resolve;
    });
  const late = { stop: () => note('stop'), error: () => new Error('too slow') };
  const answered = calls.run(tool, late).then(
    () => note('answer'),
    (error: Error) => note(error.message),
  );
  return { events, answered, end: () => end() };
}

describe('open calls', () => {
  test('are aborted at their time limit, and answered even if their tool does not stop', async () => {
    const calls = new OpenCalls();
    const deaf = call(calls);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(deaf.events).toEqual(['stop at 64 s', 'too slow at 68 s']);
    expect(calls.size).toBe(1);
  });

  test('that end in time leave no timer', async () => {
    const calls = new OpenCalls();
    const quick = call(calls);
    await vi.advanceTimersByTimeAsync(2_000);
    quick.end();
    await quick.answered;
    expect(quick.events).toEqual(['answer at 2 s']);
    expect(vi.getTimerCount()).toBe(0);
    expect(calls.size).toBe(0);
  });

  test('that stop on abort return their own answer', async () => {
    const calls = new OpenCalls();
    const obedient = call(calls);
    await vi.advanceTimersByTimeAsync(65_000);
    obedient.end();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(obedient.events).toEqual(['stop at 64 s', 'answer at 65 s']);
  });
});

describe('waiting for open calls', () => {
  beforeEach(() => void vi.useRealTimers());

  test('ends when all have ended', async () => {
    const calls = new OpenCalls();
    expect(await calls.ended(5_000)).toBe(0);
    const quick = call(calls);
    const left = calls.ended(60_000);
    quick.end();
    expect(await left).toBe(0);
  });

  test('ends after the time limit', async () => {
    const calls = new OpenCalls();
    call(calls);
    expect(await calls.ended(10)).toBe(1);
  });
});
