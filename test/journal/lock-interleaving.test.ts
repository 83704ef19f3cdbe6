import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { acquireLock } from '../../src/journal/lock/lock.ts';
import { thisProcess } from '../../src/journal/lock/process-identity.ts';
import type { BoxLock } from '../../src/model/box-state.ts';
import { temporaryFolder } from './places.ts';

/*
 * Real files, but before a chosen system call of one contender another gets its whole turn, as the scheduler may do.
 * Every call is tried, so a step of the protocol that may not be interrupted shows here and not once in a year.
 */
let interrupt: (() => void) | undefined;

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const interruptible = <Call extends (...input: never[]) => unknown>(call: Call) =>
    ((...input: Parameters<Call>) => {
      interrupt?.();
      return call(...input);
    }) as Call;
  const { linkSync, readFileSync, renameSync, unlinkSync } = fs;
  return {
    ...fs,
    linkSync: interruptible(linkSync),
    readFileSync: interruptible(readFileSync as (path: string, encoding: 'utf8') => string),
    renameSync: interruptible(renameSync),
    unlinkSync: interruptible(unlinkSync),
  };
});

const acquire = (stateFolder: string): BoxLock =>
  acquireLock({ stateFolder, command: 'replay', document: '/d', now: () => 0 });

const giveBack = (result: BoxLock) => result.kind === 'acquired' && result.release();

/** Runs others before call number `at`, and counts the calls. */
function interrupted<T>(at: number, others: () => void, work: () => T): { result: T; calls: number } {
  let calls = 0;
  interrupt = () => {
    calls += 1;
    if (calls !== at) return;
    const outer = interrupt;
    interrupt = undefined;
    others();
    interrupt = outer;
  };
  try {
    return { result: work(), calls };
  } finally {
    interrupt = undefined;
  }
}

const befores: Record<string, (folder: string) => void> = {
  'a free lock': () => {},
  'the lock of a dead process': (folder) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...thisProcess(), start: '1', word: 'dead' }));
  },
};

const turns: Record<string, (folder: string) => BoxLock[]> = {
  'takes it': (folder) => [acquire(folder)],
  'takes it and gives it back': (folder) => {
    giveBack(acquire(folder));
    return [];
  },
  'takes it and gives it back, and a third takes it': (folder) => {
    giveBack(acquire(folder));
    return [acquire(folder)];
  },
};

const cases = Object.keys(befores).flatMap((before) =>
  Object.keys(turns).map((turn) => [before, turn] as const),
);

describe('interrupts one contender before each of its system calls', () => {
  it.each(cases)('%s; another %s', (before, turn) => {
    for (let at = 1, calls = at; at <= calls; at++) {
      const folder = join(temporaryFolder(), 'box');
      befores[before]?.(folder);
      const results: BoxLock[] = [];
      const own = interrupted(
        at,
        () => results.push(...(turns[turn]?.(folder) ?? [])),
        () => acquire(folder),
      );
      calls = own.calls;
      results.push(own.result);
      const holders = results.filter((each) => each.kind === 'acquired');
      expect(holders, `before call ${at}`).toHaveLength(1);
      expect(acquire(folder).kind, `before call ${at}`).toBe('held');
      holders.forEach(giveBack);
      expect(readdirSync(folder), `before call ${at}`).toEqual([]);
    }
  });
});
