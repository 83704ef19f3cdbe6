import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OpenCalls } from '../../src/mcp/tools/open-calls.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A call that notes, in seconds after its beginning, what was done to it. */
function call() {
  const begun = Date.now();
  const heard: string[] = [];
  const note = (what: string) => void heard.push(`${what} at ${Math.round((Date.now() - begun) / 1000)} s`);
  return { heard, stop: () => note('stop'), giveUp: () => note('give up') };
}

describe('open calls', () => {
  test('are stopped when they have had their time, and given up when they do not hear it', () => {
    const calls = new OpenCalls();
    const deaf = call();
    calls.begin(deaf);
    vi.advanceTimersByTime(200_000);
    expect(deaf.heard).toEqual(['stop at 64 s', 'give up at 68 s']);
    expect(calls.size).toBe(1);
  });

  test('that end are left alone', () => {
    const calls = new OpenCalls();
    const [quick, obedient] = [call(), call()];
    calls.begin(quick);
    calls.begin(obedient);
    vi.advanceTimersByTime(1_500);
    calls.end(quick);
    vi.advanceTimersByTime(63_500);
    calls.end(obedient);
    vi.advanceTimersByTime(100_000);
    expect(quick.heard).toEqual([]);
    expect(obedient.heard).toEqual(['stop at 64 s']);
  });

  test('have their whole time however late they begin', () => {
    const calls = new OpenCalls();
    calls.begin(call());
    vi.advanceTimersByTime(999);
    const late = call();
    calls.begin(late);
    vi.advanceTimersByTime(62_000);
    expect(late.heard).toEqual([]);
  });

  test('need no timer when there are none', () => {
    const calls = new OpenCalls();
    const one = call();
    calls.begin(one);
    calls.end(one);
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
    calls.begin(one);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('are waited for, but not for ever', async () => {
    const calls = new OpenCalls();
    expect(await calls.ended(5_000)).toBe(0);
    const [quick, deaf] = [call(), call()];
    calls.begin(quick);
    const left = calls.ended(5_000);
    calls.end(quick);
    expect(await left).toBe(0);
    calls.begin(deaf);
    const stuck = calls.ended(5_000);
    vi.advanceTimersByTime(5_000);
    expect(await stuck).toBe(1);
  });
});
