import { spawn } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { plainEnv, type StandIn, standIn } from './stand-in-command.ts';

let command: StandIn;
beforeAll(async () => {
  command = await standIn();
}, 60_000);

/** Starts a long pass, calls `then` at its first line, and waits for the end. */
function interrupted(
  args: readonly string[],
  then: (child: ReturnType<typeof spawn>) => void,
): Promise<{ code: number | null; stdout: string; stderr: string; ms: number }> {
  const child = spawn(process.execPath, [command.script, 'replay', ...args], {
    cwd: command.folder,
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  let started = 0;
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
    if (started === 0 && text.stdout.includes('step-1')) {
      started = Date.now();
      then(child);
    }
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code, ...text, ms: Date.now() - started })),
  );
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the pass cleanly and exits with %i', async (signal, exit) => {
  const { code, stdout, stderr } = await interrupted(['--play', 'long'], (child) => child.kill(signal));
  expect(code).toBe(exit);
  expect(stderr).toMatch(/^stopping; .*quits at once\n$/);
  expect(stdout).toMatch(/^stopped: 1 failed, 3 not reached in /m);
  expect(stdout).toMatch(/^ {2}next +runbook replay AUTODOCK\.md goes on where it stopped$/m);
});

test('with --json the stream ends with the summary, and stderr has the notice', async () => {
  const { code, stdout, stderr } = await interrupted(['--play', 'long', '--json'], (child) =>
    child.kill('SIGINT'),
  );
  expect(code).toBe(130);
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({
    type: 'pass-finished',
    summary: { outcome: 'aborted' },
  });
  expect(stderr).toContain('stopping');
});

test('a second signal does not wait', async () => {
  const { code, stdout } = await interrupted(['--play', 'deaf'], (child) => {
    child.kill('SIGINT');
    child.stderr!.once('data', () => child.kill('SIGINT'));
  });
  expect(code).toBe(130);
  expect(stdout).not.toContain('stopped');
});

test('ends the pass silently when its reader closes the pipe', async () => {
  const { code, stderr } = await interrupted(['--play', 'trickle'], (child) => child.stdout!.destroy());
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
});
