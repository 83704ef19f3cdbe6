import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorText, runProgram } from '../../src/program/run-program.ts';
import { temporaryFolder } from '../journal/places.ts';

const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args];

test('gives back what a program wrote, its bytes and its exit code', async () => {
  const end = await runProgram(sh('printf "\\377"; echo wrong >&2; exit 3'));
  expect(end).toMatchObject({ kind: 'exit', code: 3, stderr: 'wrong\n' });
  expect(end.bytes).toEqual(Buffer.from([0xff]));
  expect(errorText(end)).toBe('wrong');
});

test('passes input, arguments with any character, a folder and variables', async () => {
  const cwd = temporaryFolder();
  const script = 'cat; printf "%s|" "$1" "$PWD" "$GREETING" "$HOME"';
  const options = { input: 'given ', cwd, env: { GREETING: 'hello', PATH: process.env.PATH }, onlyEnv: true };
  const { stdout } = await runProgram(sh(script, `"'$(id) \n`), options);
  expect(stdout).toBe(`given "'$(id) \n|${cwd}|hello||`);
});

test('a program may ignore its input', async () => {
  const end = await runProgram(['true'], { input: Buffer.alloc(4 * 1024 * 1024) });
  expect(end).toMatchObject({ kind: 'exit', code: 0 });
});

test.each([
  ['is missing', ['no-such-program'], { kind: 'missing', code: 127, stderr: 'spawn no-such-program ENOENT' }],
  ['cannot be run', ['/etc/passwd'], { kind: 'unstartable', code: 127, stderr: 'spawn /etc/passwd EACCES' }],
  ['is killed', sh('kill -TERM $$'), { kind: 'signal', code: 143 }],
])('a program that %s', async (_, program, end) => {
  expect(await runProgram(program)).toMatchObject(end);
});

test('stops a program that takes too long, and what it started', async () => {
  const end = await runProgram(sh('sleep 100 & echo $!; wait'), { timeoutMs: 300 });
  expect(end).toMatchObject({ kind: 'timeout', code: 124, stderr: 'it did not finish within 0.3 s' });
  expect(isRunning(end.stdout.trim())).toBe(false);
});

test('stops a program when asked, before and after its start', async () => {
  expect(await runProgram(['sleep', '100'], { signal: AbortSignal.abort() })).toMatchObject({ code: 130 });
  const signal = AbortSignal.timeout(200);
  expect(await runProgram(sh('sleep 100 & wait'), { signal })).toMatchObject({ kind: 'aborted', code: 130 });
});

test('stops a program that writes without end, and what it started', async () => {
  const end = await runProgram(sh('sleep 100 & cat /dev/zero; :'));
  const reason = 'it was stopped after writing more than 64 MiB';
  expect(end).toMatchObject({ kind: 'too-much', code: 141, stderr: reason });
  expect(end.bytes.length).toBeLessThanOrEqual(64 * 1024 * 1024);
});

/** A zombie does not run. */
function isRunning(pid: string): boolean {
  if (process.platform !== 'linux') return execFileSync('ps', ['-p', pid]).length > 0;
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
