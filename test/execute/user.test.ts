import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { fence, openBox, runOn } from './box.ts';

const canBecome = process.getuid?.() === 0 && spawnSync('id', ['-u', 'nobody']).status === 0;

describe.runIf(canBecome)('as another user', () => {
  test('bash and sh: its name, what the runbook gives, state', async () => {
    for (const shell of ['bash', 'sh']) {
      const box = await openBox({ folder: '/', env: { GIVEN: 'given' } });
      const state = { variables: new Map([['CARRIED', "it's\ncarried"]]) };
      const text = 'echo "$(id -un) $GIVEN $CARRIED"; export LEFT=left; cd /usr; echo err >/dev/stderr\n';
      const result = await runOn(box, fence(text, { interpreter: [shell], user: 'nobody', state }));
      expect(result).toMatchObject({
        end: { kind: 'exit', code: 0 },
        output: "nobody given it's\ncarried\nerr\n",
      });
      expect(result.state?.cwd).toBe('/usr');
      expect(result.state?.variables.get('LEFT')).toBe('left');
      expect(result.state?.variables.get('CARRIED')).toBe("it's\ncarried");
      expect(result.state?.variables.has('GIVEN')).toBe(false);
    }
  });

  test('another interpreter', async () => {
    const box = await openBox({ folder: '/' });
    const text = 'import getpass, sys\nprint(getpass.getuser(), sys.stdin.read() == "")\n';
    const { output } = await runOn(
      box,
      fence(text, { interpreter: ['/usr/bin/env', 'python3'], user: 'nobody' }),
    );
    expect(output).toBe('nobody True\n');
  });

  test('a timeout ends it', async () => {
    const box = await openBox({ folder: '/' });
    const { end } = await box.run(fence('sleep 60; echo', { user: 'nobody', timeoutMs: 300 }));
    expect(end).toEqual({ kind: 'timeout', afterMs: 300 });
  });
});

test('a user that is not there, or is no name', async () => {
  const box = await openBox({ folder: '/' });
  const nobody = await box.run(fence('true', { user: 'no-such-user' }));
  expect(nobody.end).toMatchObject({ kind: 'unstartable' });
  const option = await box.run(fence('true', { user: '-s' }));
  expect(option.end).toEqual({ kind: 'unstartable', reason: '-s is no user name' });
});
