import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import type { BoxLink } from '../../../src/execute/remote/link.ts';
import { openRemoteSession } from '../../../src/execute/remote/session.ts';

/** A way to a box where a program of the test's choice answers instead of a shell. */
function linkTo(program: readonly string[]): BoxLink & { readonly ended: Promise<string | null> } {
  let end = (_: string | null) => {};
  return {
    kind: 'ssh',
    name: 'ssh://far',
    greetingMs: 300,
    mostSessions: 1,
    ended: new Promise((resolve) => (end = resolve)),
    start: () => {
      const child = spawn(program[0]!, program.slice(1), { stdio: 'pipe' });
      child.once('exit', (_, signal) => end(signal));
      return child;
    },
    startOnTerminal: () => expect.unreachable(),
    explain: () => ({ code: 'unused', severity: 'error', message: '', remedy: '' }),
    close: async () => {},
  };
}

test.each([
  ['box-silent', ['sleep', '600'], 'ssh://far let nothing be heard within 0.3 s, so it was given up.'],
  [
    'box-floods',
    ['cat', '/dev/zero'],
    'ssh://far was reached, but does not answer as a shell does: it said more than 64 KiB before its greeting, and was cut off.',
  ],
])('%s: what never greets is given up, and its process ended', async (code, program, message) => {
  const link = linkTo(program);
  await expect(openRemoteSession(link, { workspace: 'w', envFor: async () => ({}) })).rejects.toMatchObject({
    exit: 3,
    diagnostics: [{ code, message, remedy: expect.stringContaining('Log in there by hand') }],
  });
  expect(await link.ended).toBe('SIGKILL');
});
