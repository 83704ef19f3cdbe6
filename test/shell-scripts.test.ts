import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = join(import.meta.dirname, '../src');
const scripts = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.sh'),
);

/** Scripts of other boxes run in whatever `sh` is there; the others name bash. */
const dialectOf = (path: string) => (path.endsWith('.bash.sh') ? 'bash' : 'sh');
const SHELLS = { bash: [['bash']], sh: [['dash'], ['bash', '--posix'], ['busybox', 'sh']] } as const;

const isThere = (program: string) => spawnSync(program, ['--version']).error === undefined;

test('the scripts of src are found', () => {
  expect(scripts.length).toBeGreaterThan(8);
});

describe.each(scripts)('%s', (path) => {
  test('pleases shellcheck', (context) => {
    if (!isThere('shellcheck'))
      context.skip('shellcheck is not installed (Debian: apt-get install shellcheck)');
    // SC1007: `a= b=` clears two variables. SC2016: $ in single quotes is meant for another program.
    const args = ['-s', dialectOf(path), '-e', 'SC1007,SC2016', join(SRC, path)];
    expect(spawnSync('shellcheck', args, { encoding: 'utf8' }).stdout).toBe('');
  });

  test.for(SHELLS[dialectOf(path)].map((shell) => ({ shell, name: shell.join(' ') })))(
    'can be read by $name',
    ({ shell: [program = '', ...args] }, context) => {
      if (!isThere(program)) context.skip(`${program} is not installed`);
      const input = readFileSync(join(SRC, path));
      const { status, stderr } = spawnSync(program, [...args, '-n'], { input, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );
});
