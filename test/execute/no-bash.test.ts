import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processTable } from '../../src/execute/process-table.ts';
import { fence, openBox, runOn, temporaryFolder, until } from './box.ts';
import { writeEngine } from './engine.ts';

/** A PATH with a POSIX shell and little else. */
function pathWithoutBash(): string {
  const folder = temporaryFolder();
  for (const name of ['sh', 'cat', 'mkfifo', 'sleep', 'rm', 'mkdir', 'id']) {
    symlinkSync(
      execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
      join(folder, name),
    );
  }
  return folder;
}

const sh = { interpreter: ['sh'] };

test('sh runs its fences with output, exit code and state', async () => {
  const box = await openBox({ env: { PATH: pathWithoutBash() } });
  const first = await runOn(box, fence('echo hi; export A=1; cd /; exit 3', sh));
  expect(first).toMatchObject({ end: { kind: 'exit', code: 3 }, output: 'hi\n', state: { cwd: '/' } });
  expect(await runOn(box, fence('echo "$A $PWD"', { ...sh, state: first.state! }))).toMatchObject({
    output: '1 /\n',
  });
});

test('a bash fence reports that bash is missing', async () => {
  const box = await openBox({ env: { PATH: pathWithoutBash() } });
  const { end } = await box.run(fence('echo hi'));
  expect(end).toEqual({ kind: 'unstartable', reason: 'bash is not installed on this box' });
});

test('timeouts end a fence at once, and leftover jobs do not delay it', async () => {
  const box = await openBox({ env: { PATH: pathWithoutBash() } });
  const started = performance.now();
  expect(await box.run(fence('sleep 60', { ...sh, timeoutMs: 200 }))).toMatchObject({
    end: { kind: 'timeout' },
  });
  expect(await runOn(box, fence('sleep 1 & echo left', sh))).toMatchObject({ output: 'left\n' });
  expect(await runOn(box, fence('echo next', sh))).toMatchObject({ output: 'next\n' });
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('an engine killed by -9 takes the fence with it', async () => {
  const folder = temporaryFolder();
  const engine = await writeEngine(folder, "await box.run(fence('sleep 60 & echo $! >pid; wait', 'sh'));");
  const env = { ...process.env, BOX_PATH: pathWithoutBash() };
  const child = spawn(process.execPath, [engine, folder], { stdio: 'ignore', env });
  const pid = join(folder, 'pid');
  await until(() => existsSync(pid) && readFileSync(pid).length > 1, 'the fence runs', 10_000);
  const sleeper = Number(readFileSync(pid, 'utf8'));
  child.kill('SIGKILL');
  await until(
    () => !processTable().some((row) => row.pid === sleeper && !row.zombie),
    'the fence is gone',
    1_000,
  );
});
