import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { backOff } from '../../src/observe/back-off.ts';
import { probeChanged } from '../../src/observe/probe-changed.ts';
import { contextOf, probeOf } from './probes/ask-line.ts';
import { temporaryFolder } from './probes/temporary-folder.ts';

const inAMinute = () => Date.now() + 60_000;

/** Milliseconds until the wait for a change ended, after `act` made one. */
async function waited(line: string, folder: string, act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  // A late attempt, so that the back-off alone would take at least half a second.
  const changed = probeChanged(probeOf(line), contextOf({ folder }), 20, inAMinute());
  await act();
  await changed;
  return performance.now() - start;
}

test('a file event ends the wait at once', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'state');
  expect(await waited('file state exists', folder, () => writeFile(path, 'a'))).toBeLessThan(400);
  expect(await waited('file state contains b', folder, () => writeFile(path, 'b'))).toBeLessThan(400);
  await writeFile(join(folder, 'new'), 'c');
  expect(await waited('file state contains c', folder, () => rename(join(folder, 'new'), path))).toBeLessThan(
    400,
  );
  expect(await waited('file state absent', folder, () => rm(path))).toBeLessThan(400);
  expect(await waited('file deep/er/state exists', folder, () => mkdir(join(folder, 'deep')))).toBeLessThan(
    400,
  );
});

test('other files, and other probes, wait for the back-off', async () => {
  const folder = await temporaryFolder();
  const other = () => writeFile(join(folder, 'other'), '');
  expect(await waited('file state exists', folder, other)).toBeGreaterThan(450);
  expect(await waited('process x running', folder, other)).toBeGreaterThan(450);
});

test('ends at the deadline and on abort', async () => {
  const start = performance.now();
  const probe = probeOf('file /no exists');
  await probeChanged(probe, contextOf(), 20, Date.now() - 1);
  await probeChanged(probe, contextOf(), 20, Date.now() + 30);
  await probeChanged(probe, contextOf({ signal: AbortSignal.abort() }), 20, inAMinute());
  await probeChanged(probe, contextOf({ signal: AbortSignal.timeout(30) }), 20, inAMinute());
  expect(performance.now() - start).toBeLessThan(400);
});

test('the pauses double up to a second', async () => {
  const took = async (attempt: number) => {
    const start = performance.now();
    await backOff({ attempt, deadline: inAMinute() });
    return performance.now() - start;
  };
  const pauses = await Promise.all([0, 2, 4, 100, 5000].map(took));
  const bounds = [20, 80, 320, 1000, 1000];
  for (const [index, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThan(bounds[index]! / 2 - 5);
    expect(pause).toBeLessThan(bounds[index]! + 250);
  }
});
