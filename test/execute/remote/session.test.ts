import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import type { BoxLink } from '../../../src/execute/remote/link.ts';
import { openRemoteSession } from '../../../src/execute/remote/session.ts';

/** A link to a box where a program of the test's choice answers instead of a shell. */
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
  ['box-silent', ['sleep', '600'], 'ssh://far was reached but sent no greeting within 0.3 s.'],
  [
    'box-floods',
    ['cat', '/dev/zero'],
    'ssh://far was disconnected because it did not answer like a shell: it wrote more than 64 KiB before its greeting.',
  ],
])('%s: gives up and kills a process that never sends a greeting', async (code, program, message) => {
  const link = linkTo(program);
  await expect(openRemoteSession(link, { workspace: 'w', envFor: async () => ({}) })).rejects.toMatchObject({
    exit: 3,
    diagnostics: [{ code, message, remedy: expect.stringContaining('Log in by hand') }],
  });
  expect(await link.ended).toBe('SIGKILL');
});
