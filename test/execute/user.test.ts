import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fence, openBox, runOn, temporaryFolder } from './box.ts';

const canBecome = process.getuid?.() === 0 && spawnSync('id', ['-u', 'nobody']).status === 0;

describe.runIf(canBecome)('as another user', () => {
  test('bash and sh get the user name, the runbook’s variables and state', async () => {
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

/**
 * Imitates sudo with a script: clears the environment, closes all descriptors but 0, 1 and 2, and may ask for a
 * password.
 */
function pathWithSudo(body: string): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'sudo'), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

describe.runIf(canBecome)('through sudo', () => {
  test('passes the variables that sudo drops, but in no argument list', async () => {
    const PATH = pathWithSudo(
      'echo "$1 $2 $3 $4" >&2; printf "unasked for"; user=$3; shift 4; exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec env -i PATH="$PATH" HOME=/of-sudo setpriv --reuid "$user" --clear-groups "$@"',
    );
    const box = await openBox({ folder: '/', env: { PATH, GIVEN: 'secret-value' } });
    const text = 'id -un; echo "$HOME $GIVEN"; tr "\\0" " " </proc/$$/cmdline; export LEFT=left\n';
    const result = await runOn(box, fence(text, { user: 'nobody' }));
    expect(result.output).toMatch(/^-n -u nobody --\nnobody\n\/of-sudo secret-value\nbash -c/);
    expect(result.output.match(/secret-value/g)).toHaveLength(1);
    expect(result.state).toEqual({ variables: new Map([['LEFT', 'left']]) });
  });

  test('sudo asking for a password neither fails the fence nor hangs', async () => {
    const PATH = pathWithSudo('echo "sudo: a password is required" >&2; exit 1');
    const box = await openBox({ folder: '/', env: { PATH } });
    const { end, output } = await runOn(box, fence('true', { user: 'nobody' }));
    expect(end).toEqual({
      kind: 'unstartable',
      reason: 'it could not be run as nobody; sudo needs a rule that allows it without a password',
    });
    expect(output).toBe('sudo: a password is required\n');
  });
});

test('reports a user that does not exist or has an invalid name', async () => {
  const box = await openBox({ folder: '/' });
  const nobody = await box.run(fence('true', { user: 'no-such-user' }));
  expect(nobody.end).toMatchObject({ kind: 'unstartable' });
  const option = await box.run(fence('true', { user: '-s' }));
  expect(option.end).toEqual({ kind: 'unstartable', reason: '-s is not a valid user name' });
});
