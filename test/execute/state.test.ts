import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ShellState } from '../../src/model/shell.ts';
import { fence, isElsewhere, openBox, runOn, temporaryFolder } from './box.ts';

const SHELLS = ['bash', 'sh', 'zsh'].filter((name) => spawnSync(name, ['-c', ':']).status === 0);

function state(variables: Record<string, string | null>, cwd?: string): ShellState {
  return { variables: new Map(Object.entries(variables)), ...(cwd === undefined ? {} : { cwd }) };
}

describe.each(SHELLS)('state carried from one %s fence to the next', (shell) => {
  const CARRIES: Readonly<Record<string, readonly [text: string, then: string, seen: string]>> = {
    'a variable that was set': ['export A=1', 'echo "$A"', '1\n'],
    'a variable that was changed': ['export HOME=/elsewhere', 'echo "$HOME"', '/elsewhere\n'],
    'a variable of the baseline that was unset': [
      'unset FROM_BASELINE',
      'echo "${FROM_BASELINE-none}"',
      'none\n',
    ],
    'an empty value': ['export A=', 'echo "${A+[$A]}"', '[]\n'],
    'several lines': ["export A='one\ntwo\n'", 'echo "[$A]"', '[one\ntwo\n]\n'],
    'every quote': [`export A="it's \\"\\$x\\" \\\\ \\\`y\\\`"`, 'echo "$A"', 'it\'s "$x" \\ `y`\n'],
    'what looks like code': [`export A='$(echo no); rm -rf x'`, 'echo "$A"', '$(echo no); rm -rf x\n'],
    'control characters': [
      `A=$(printf '\\001\\033[0m\\t\\r|'); export A`,
      `printf %s "$A" | od -An -tx1`,
      ' 01 1b 5b 30 6d 09 0d 7c\n',
    ],
    'bytes that are not UTF-8': [
      `A=$(printf 'a\\377\\303b'); export A`,
      `printf %s "$A" | od -An -tx1`,
      ' 61 ff c3 62\n',
    ],
    'non-ASCII': ['export A="Grüße 世界 🎉"', 'echo "$A"', 'Grüße 世界 🎉\n'],
    'a list in PATH': ['export PATH="/x y:$PATH"', 'echo "${PATH%%:*}"', '/x y\n'],
    'nothing that was not exported': [
      'A=1; f() { :; }',
      'echo "${A-none}"; f 2>/dev/null || echo "no f"',
      'none\nno f\n',
    ],
    'no shell options': ['set -u', 'echo "[${nothing_of_that_name}]"', '[]\n'],
    'what is exported while all descriptors of one digit are closed': [
      'exec 3>&- 4>&- 5>&- 6>&- 7>&- 9>&-; export A=1',
      'echo "$A"',
      '1\n',
    ],
    'what is exported under a lock, and nothing into its file': [
      'exec 9>lock; export A=1',
      'echo "$A"; wc -c <lock | tr -d " "',
      '1\n0\n',
    ],
    'what was exported before an exit': ['export A=1; exit 0; export A=2', 'echo "$A"', '1\n'],
    'the directory': ['cd sub', 'pwd | sed "s/.*\\///"', 'sub\n'],
    'the directory through a link, as it was named': ['cd link', 'pwd | sed "s/.*\\///"', 'link\n'],
    'a directory with a line break': ['mkdir "a\nb"; cd "a\nb"', 'pwd | tail -n 1', 'b\n'],
  };

  test.each(Object.entries(CARRIES))('%s', async (_name, [text, then, seen]) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'sub'));
    symlinkSync('sub', join(folder, 'link'));
    const box = await openBox({ folder, env: { FROM_BASELINE: 'yes' } });
    const first = await runOn(box, fence(`${text}\n`, { interpreter: [shell] }));
    expect(first).toMatchObject({ end: { kind: 'exit', code: 0 }, output: '' });
    const second = await runOn(box, fence(`${then}\n`, { interpreter: [shell], state: first.state! }));
    expect(second).toMatchObject({ end: { kind: 'exit', code: 0 }, output: seen });
  });

  test('carries any text unchanged', async () => {
    const box = await openBox();
    const value = fc
      .string({ unit: 'binary' })
      .filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));
    await fc.assert(
      fc.asyncProperty(value, async (A) => {
        const given = state({ A });
        const { state: after } = await runOn(
          box,
          fence('export B="$A"\n', { interpreter: [shell], state: given }),
        );
        expect(after).toEqual(state({ A, B: A }));
      }),
      { numRuns: 25 },
    );
  });

  test('remembers that a fence unset a variable of an earlier fence', async () => {
    const box = await openBox();
    const { state: after } = await runOn(
      box,
      fence('unset A', { interpreter: [shell], state: state({ A: '1' }) }),
    );
    expect(after).toEqual(state({ A: null }));
  });

  test('a fence that changes nothing keeps the state', async () => {
    const box = await openBox();
    const given = state({ A: '1', NEVER_SET: null }, '/usr');
    const { state: after } = await runOn(box, fence('true', { interpreter: [shell], state: given }));
    expect(after).toEqual(given);
  });

  test('a fence’s own directory does not carry', async () => {
    const box = await openBox();
    const there = await runOn(
      box,
      fence('pwd; cd /etc', { interpreter: [shell], cwd: '/usr', state: state({}, '/tmp') }),
    );
    expect(there).toMatchObject({ output: '/usr\n', state: state({}, '/tmp') });
  });
});

test('carries exports of a bash fence that closes or overwrites the shell’s descriptors', async () => {
  const box = await openBox({ folder: temporaryFolder() });
  for (const text of ['exec 10>&- 11>&-; export A=1', 'exec 11>mine; export A=1']) {
    const first = await runOn(box, fence(`${text}\n`));
    const second = await runOn(box, fence('echo "$A"; cat mine 2>/dev/null || :\n', { state: first.state! }));
    expect(second.output).toBe('1\n');
  }
});

test('carries state from one shell to another', async () => {
  const box = await openBox();
  let carried = state({});
  for (const shell of SHELLS) {
    const text = `export LAST=${shell} ALL="\${ALL-} ${shell}"; cd /usr`;
    ({ state: carried = carried } = await runOn(box, fence(text, { interpreter: [shell], state: carried })));
  }
  expect(carried).toEqual(state({ LAST: SHELLS.at(-1)!, ALL: ` ${SHELLS.join(' ')}` }, '/usr'));
});

test('does not record the baseline’s own folder as a change', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const { state: after } = await runOn(box, fence(`cd '${folder}'`, { state: state({}, '/usr') }));
  expect(after).toEqual(state({}));
});

test('keeps a folder that is a symlink', async () => {
  const folder = join(temporaryFolder(), 'link');
  symlinkSync(temporaryFolder(), folder);
  const box = await openBox({ folder });
  expect(await runOn(box, fence('x=1; pwd'))).toMatchObject({ output: `${folder}\n`, state: state({}) });
});

test('tolerates exported arrays, names without a value and readonly variables', async () => {
  const box = await openBox();
  const { state: after } = await runOn(
    box,
    fence('declare -ax LIST=(1 2)\nexport NAME_ONLY\ndeclare -rx FIXED=1\ndeclare -ix NUMBER=2+3\n'),
  );
  expect(after).toEqual(state({ FIXED: '1', NUMBER: '5' }));
  expect(
    await runOn(box, fence('declare -r UID_IS=1; echo "$UID_IS"', { state: state({ UID: '7', PPID: '1' }) })),
  ).toMatchObject({ end: { kind: 'exit', code: 0 }, output: '1\n' });
});

test.skipIf(isElsewhere())(
  'does not carry exported functions, but keeps those of the environment',
  async () => {
    const box = await openBox({ env: { 'BASH_FUNC_greet%%': '() {  echo hello\n}' } });
    const first = await runOn(box, fence('greet; f() { echo f; }; export -f f'));
    expect(first).toMatchObject({ output: 'hello\n', state: state({}) });
  },
);

test('an exec, a signal and a fence without capture keep the state', async () => {
  const box = await openBox();
  const given = state({ A: '1' });
  expect((await runOn(box, fence('export B=1; exec true', { state: given }))).state).toEqual(given);
  expect((await runOn(box, fence('export B=1; kill -KILL $BASHPID', { state: given }))).state).toEqual(given);
  expect((await runOn(box, fence('export B=1', { state: given, capture: false }))).state).toBeUndefined();
});

test('reports the state when the fence sets its own EXIT trap', async () => {
  const box = await openBox();
  const text = "trap 'echo bye; export TOO_LATE=1; exit 0' EXIT\nexport A=1\nexit 3\n";
  expect(await runOn(box, fence(text))).toMatchObject({
    end: { kind: 'exit', code: 0 },
    output: 'bye\n',
    state: state({ A: '1' }),
  });
});

test('names a directory that no longer exists', async () => {
  const box = await openBox();
  const { end } = await box.run(fence('true', { state: state({}, '/gone/away') }));
  expect(end).toEqual({ kind: 'unstartable', reason: 'the folder /gone/away cannot be entered' });
});

test.skipIf(isElsewhere())(
  'the baseline is the environment plus given variables, without those that would change the shell',
  async () => {
    process.env.BASH_ENV = '/nonexistent';
    process.env.SHELLOPTS_TEST = 'kept';
    try {
      const box = await openBox({ env: { GIVEN: 'yes' } });
      expect(box.baseline).toMatchObject({ GIVEN: 'yes', SHELLOPTS_TEST: 'kept', PATH: process.env.PATH });
      expect(box.baseline).not.toHaveProperty('BASH_ENV');
      const { output } = await runOn(box, fence('echo "$GIVEN ${BASH_ENV-none}"\n'));
      expect(output).toBe('yes none\n');
    } finally {
      delete process.env.BASH_ENV;
      delete process.env.SHELLOPTS_TEST;
    }
  },
);
