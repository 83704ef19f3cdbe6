import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/journal/lock/lock.ts';
import { isRunning, thisProcess } from '../../src/journal/lock/process-identity.ts';
import type { BoxLock } from '../../src/model/box-state.ts';
import { temporaryFolder } from './places.ts';

const now = () => Date.parse('2026-11-21T10:00:00Z');
const acquire = (stateFolder: string): BoxLock =>
  acquireLock({ stateFolder, command: 'replay', document: '/srv/AUTODOCK.md', now });

/** The state that a dead holder leaves. */
function leave(stateFolder: string, holder: object | string): void {
  mkdirSync(stateFolder, { recursive: true });
  const rest = { user: 'root', command: 'replay', document: '/d', since: '2026-11-20T00:00:00Z' };
  writeFileSync(
    join(stateFolder, 'lock'),
    typeof holder === 'string' ? holder : JSON.stringify({ ...holder, ...rest }),
  );
}

function release(result: BoxLock): void {
  expect(result.kind).toBe('acquired');
  if (result.kind === 'acquired') result.release();
}

describe('the lock of a box', () => {
  it('reports the holder to the second process, and is free after release', () => {
    const folder = join(temporaryFolder(), 'box');
    const first = acquire(folder);
    const second = acquire(folder);
    expect(second).toMatchObject({ kind: 'held', diagnostic: { code: 'lock-held', severity: 'error' } });
    const message = second.kind === 'held' ? second.diagnostic.message : '';
    const { username } = userInfo();
    for (const part of [
      'replay',
      '/srv/AUTODOCK.md',
      `process ${process.pid}`,
      username,
      '2026-11-21T10:00:00.000Z',
    ]) {
      expect(message).toContain(part);
    }
    release(first);
    release(first);
    release(acquire(folder));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['an ended process', { ...thisProcess(), pid: spawnSync('true').pid }],
    ['the same pid in an earlier life', { ...thisProcess(), start: '1' }],
    ['an earlier boot', { ...thisProcess(), boot: 'another' }],
    ['a power cut that left it empty', ''],
    ['a power cut that left it half', '{"pid":1,'],
  ])('is taken over at once from %s', (_, holder) => {
    const folder = join(temporaryFolder(), 'box');
    leave(folder, holder);
    const result = acquire(folder);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    expect(acquire(folder).kind).toBe('held');
    release(result);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not taken over while the pid lives, if its start time is unknown', () => {
    const folder = join(temporaryFolder(), 'box');
    leave(folder, { ...thisProcess(), pid: process.ppid, start: '' });
    expect(acquire(folder).kind).toBe('held');
  });

  it('is not released by a process that no longer holds it', () => {
    const folder = join(temporaryFolder(), 'box');
    const old = acquire(folder);
    leave(folder, { ...thisProcess(), pid: process.ppid, start: '' });
    release(old);
    expect(acquire(folder).kind).toBe('held');
  });
});

describe('a process', () => {
  it.runIf(process.platform === 'linux')('runs until it ends, and does not count as a zombie', async () => {
    expect(isRunning(thisProcess())).toBe(true);
    // The shell becomes `sleep`, which never waits for its inherited child.
    const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$; exit" & exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(chunk.toString());
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    await expect.poll(() => stat()[0]).toBe('Z');
    expect(process.kill(pid, 0)).toBe(true);
    expect(isRunning({ ...thisProcess(), pid, start: stat()[19] ?? '' })).toBe(false);
    parent.kill();
  });
});
