import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processRow, processTable } from '../../src/execute/process-table.ts';
import { fence, isElsewhere, openBox, runOn, temporaryFolder, until } from './box.ts';

/** Whether the process runs whose pid is in the file. */
function runs(pidFile: string): boolean {
  const row = processRow(Number(readFileSync(pidFile, 'utf8')));
  return row !== undefined && !row.zombie;
}

const written = (file: string) => existsSync(file) && statSync(file).size > 0;

/** Tries longer and longer timeouts until the fence gets far enough, because a busy machine starts it late. */
async function limited<T>(run: (timeoutMs: number) => Promise<T>, wentOn: (result: T) => boolean) {
  for (let timeoutMs = 500; ; timeoutMs *= 4) {
    const result = await run(timeoutMs);
    if (wentOn(result) || timeoutMs > 30_000) return { timeoutMs, result };
  }
}

describe.each([
  ['a fence with a shell of its own', "x=1\nsh -c 'echo $$ >pid; exec sleep 60' | cat\n"],
  ['a plain fence', 'sh -c "echo \'echo \\$\\$ >pid; exec sleep 60\' >script"\nsh script | cat\n'],
  [
    'a fence of another interpreter',
    'import os, time\nopen("pid", "w").write(str(os.getpid()))\ntime.sleep(60)\n',
  ],
  ['an sh fence', 'sleep 60 & echo $! >pid; wait\n'],
])('%s', (kind, text) => {
  const interpreter = kind.includes('another') ? ['python3'] : kind.includes('sh fence') ? ['sh'] : ['bash'];

  test('a timeout ends all its processes, and the next fence runs', async () => {
    const folder = temporaryFolder();
    const box = await openBox({ folder });
    const { timeoutMs, result } = await limited(
      (timeoutMs) => box.run(fence(text, { interpreter, timeoutMs })),
      () => written(join(folder, 'pid')),
    );
    expect(result.end).toEqual({ kind: 'timeout', afterMs: timeoutMs });
    expect(runs(join(folder, 'pid'))).toBe(false);
    expect(await runOn(box, fence('echo next'))).toMatchObject({
      end: { kind: 'exit', code: 0 },
      output: 'next\n',
    });
  });

  test('an abort ends all its processes', async () => {
    const folder = temporaryFolder();
    const box = await openBox({ folder });
    const abort = new AbortController();
    const running = box.run(fence(text, { interpreter, signal: abort.signal }));
    await until(() => written(join(folder, 'pid')), 'the fence runs');
    abort.abort();
    expect(await running).toMatchObject({ end: { kind: 'aborted' } });
    expect(runs(join(folder, 'pid'))).toBe(false);
  });
});

test('an abort before the start prevents it', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const { end } = await box.run(fence('touch started', { signal: AbortSignal.abort() }));
  expect(end).toEqual({ kind: 'aborted' });
  expect(existsSync(join(folder, 'started'))).toBe(false);
});

test('processes of earlier fences survive the end of a later fence and of the box', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  await box.run(fence('sleep 60 >/dev/null 2>&1 & echo $! >left'));
  await box.run(fence('sleep 60', { timeoutMs: 100 }));
  await box.run(fence('x=1; sleep 60', { timeoutMs: 100 }));
  await box.close();
  expect(runs(join(folder, 'left'))).toBe(true);
  process.kill(Number(readFileSync(join(folder, 'left'), 'utf8')));
});

test('a job that keeps the output open does not delay the fence or write into the next one', async () => {
  const box = await openBox();
  const started = performance.now();
  const first = await runOn(
    box,
    fence('(while sleep 0.02; do echo late || exit; done) & echo now; echo $! >loop'),
  );
  expect(first).toMatchObject({ end: { kind: 'exit', code: 0 }, output: 'now\n' });
  const later = await runOn(box, fence('sleep 0.2; echo "mine alone"; kill $(cat loop)'));
  expect(later.output).toBe('mine alone\n');
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('a process that handles SIGTERM gets the grace period', async () => {
  const box = await openBox();
  const text = "trap 'sleep 0.3; echo cleaned up; exit 0' TERM\necho ready; sleep 60 & wait\n";
  const { timeoutMs, result } = await limited(
    (timeoutMs) => runOn(box, fence(text, { timeoutMs })),
    ({ output }) => output.startsWith('ready'),
  );
  expect(result).toMatchObject({
    end: { kind: 'timeout', afterMs: timeoutMs },
    output: 'ready\ncleaned up\n',
  });
});

test('ends a plain builtin that blocks', async () => {
  const box = await openBox();
  await box.run(fence('mkfifo nobody-reads'));
  const { end } = await box.run(fence('echo stuck > nobody-reads', { timeoutMs: 100 }));
  expect(end).toEqual({ kind: 'timeout', afterMs: 100 });
  expect((await box.run(fence('true'))).end).toEqual({ kind: 'exit', code: 0 });
});

test('a timeout longer than a timer allows does not fire early', async () => {
  const box = await openBox();
  const { end } = await box.run(fence('sleep 0.05', { timeoutMs: 2 ** 40 }));
  expect(end).toEqual({ kind: 'exit', code: 0 });
});

test('a shell killed during a fence takes the fence with it, and the next fence gets a new shell', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const text = 'me=$BASHPID; sleep 60 & echo $! >pid; kill -KILL $(ps -o ppid= -p $me); wait\n';
  const { end } = await box.run(fence(text));
  expect(end).toEqual({ kind: 'exit', code: 137 });
  expect(runs(join(folder, 'pid'))).toBe(false);
  expect((await box.run(fence('true'))).end).toEqual({ kind: 'exit', code: 0 });
});

// Nothing can be created below /proc, not even by root, so no run of this test leaves a folder on the machine.
test.skipIf(isElsewhere())('reports a folder that does not exist', async () => {
  const box = await openBox({ folder: '/proc/nope/folder' });
  expect((await box.run(fence('true'))).end).toEqual({
    kind: 'unstartable',
    reason: 'the folder /proc/nope/folder does not exist',
  });
});

test('reports an interpreter that is not installed', async () => {
  const box = await openBox();
  const { end } = await box.run(fence('x', { interpreter: ['no-such-interpreter', '-x'] }));
  expect(end).toEqual({ kind: 'unstartable', reason: 'no-such-interpreter is not installed on this box' });
});

test('refuses a NUL character', async () => {
  const box = await openBox();
  const { end } = await box.run(fence('echo a\0b'));
  expect(end).toEqual({
    kind: 'unstartable',
    reason: 'it contains a NUL character, which shells cannot handle',
  });
});

test.skipIf(isElsewhere())('leaves no process, zombie or folder after close', async () => {
  const box = await openBox();
  await Promise.all(Array.from({ length: 5 }, (_, n) => box.run(fence(`x=${n}; sleep 0.05`))));
  await box.run(fence('sleep 60', { timeoutMs: 50 }));
  const helpers = () => processTable().filter((row) => row.parent === process.pid);
  const before = helpers();
  expect(before.length).toBeGreaterThan(0);
  const { output } = await runOn(box, fence('ls -l /proc/self/fd/2'));
  const folder = /(\/\S*runbook-[^/]+)\/output/.exec(output)![1]!;
  await box.close();
  expect(helpers()).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  const sessions = new Set(before.map((row) => row.pid));
  await until(
    () => !processTable().some((row) => sessions.has(row.session) && !row.zombie),
    'the wardens are gone',
  );
});

test.skipIf(isElsewhere())(
  'stops a fence whose exports exceed the limit, and keeps the box usable',
  async () => {
    const box = await openBox();
    const huge = 'x=$(printf %65536s); for i in 1 2 3 4 5 6 7 8 9; do x=$x$x; done; export x';
    expect((await box.run(fence(huge))).end).toEqual({
      kind: 'disconnected',
      reason:
        'the fence was stopped because its shell exports more than 16 MiB; unset variables that no later step needs',
    });
    expect((await runOn(box, fence('echo on'))).output).toBe('on\n');
  },
);
