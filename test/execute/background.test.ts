import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processTable } from '../../src/execute/process-table.ts';
import { fence, openBox, temporaryFolder, until } from './box.ts';

const sessionOf = (pid: number) => processTable().filter((row) => row.session === pid && !row.zombie);

test('runs in its own session, outlives the box, and stops with all its processes', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder, env: { GIVEN: 'given' } });
  const log = join(folder, 'logs/server.log');
  const state = { variables: new Map([['CARRIED', 'carried']]) };
  const text = 'echo "$GIVEN $CARRIED"; echo err >&2\nset -m; sleep 60 & sleep 60 | cat\n';
  const background = await box.background(fence(text, { state }), log);
  expect(background.log).toBe(log);
  await until(() => readFileSync(log, 'utf8') === 'given carried\nerr\n', 'its output is in the log');
  expect(statSync(log).mode & 0o777).toBe(0o600);
  await box.close();
  expect(await box.alive(background)).toBe(true);
  await until(() => sessionOf(background.pid).length > 2, 'its jobs run');
  await box.stop(background);
  expect(await box.alive(background)).toBe(false);
  expect(sessionOf(background.pid)).toEqual([]);
});

test('counts as alive while a process that its shell started runs', async () => {
  const box = await openBox({ folder: temporaryFolder() });
  const background = await box.background(fence('sleep 60 &'), 'log');
  await until(() => !processTable().some((row) => row.pid === background.pid), 'the shell is gone');
  expect(await box.alive(background)).toBe(true);
  await box.stop(background);
  expect(await box.alive(background)).toBe(false);
});

test('does not count as alive after it ended, nor when its pid is reused', async () => {
  const box = await openBox({ folder: temporaryFolder() });
  const ended = await box.background(fence('exit 3'), 'log');
  await until(() => !processTable().some((row) => row.pid === ended.pid && !row.zombie), 'it ended');
  expect(await box.alive(ended)).toBe(false);
  await box.stop(ended);

  const background = await box.background(fence('sleep 60'), 'log');
  const mistaken = { ...background, start: `${background.start}0` };
  expect(await box.alive(mistaken)).toBe(false);
  await box.stop(mistaken);
  expect(await box.alive(background)).toBe(true);
  await box.stop(background);
});

test('runs other interpreters, and reports why a fence cannot start', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const python = await box.background(
    fence('import time, sys\nprint("up", flush=True)\ntime.sleep(60)\n', { interpreter: ['python3'] }),
    'python.log',
  );
  await until(() => readFileSync(join(folder, 'python.log'), 'utf8') === 'up\n', 'python is up', 10_000);
  await box.stop(python);
  expect(sessionOf(python.pid)).toEqual([]);
  await expect(box.background(fence('x', { interpreter: ['no-such-thing'] }), 'log')).rejects.toThrow(
    'no-such-thing is not installed on this box',
  );
  await expect(box.background(fence('x', { cwd: '/gone/away' }), 'log')).rejects.toThrow(
    '/gone/away cannot be entered',
  );
});
