import { describe, expect, test } from 'vitest';
import { fence, openBox, runOn } from './box.ts';

/** Each text, and the line at which bash stops; undefined where the fence ends on its own terms. */
const TEXTS: readonly [string, string, number | undefined][] = [
  ['a plain fence', 'echo a\n\n# why\nfalse\necho b\n', 4],
  ['a plain pipeline', 'echo a\nfalse | cat\n', 2],
  ['a fence with state', 'x=1\nexport y=2\nfalse\necho no\n', 3],
  ['a function', 'f() {\n  true\n  false\n}\nf\n', 3],
  ['a function in a function', 'g() { test "$1" = x; }\nf() {\n  g x\n  g y\n}\nf\n', 1],
  ['a substitution', 'x=1\nx=$(false)\n', 2],
  ['a subshell', 'x=1\n(\n  true\n  false\n)\n', 5],
  ['a pipeline in a group', 'x=1\n{ true; false; } | cat\n', 2],
  ['a loop', 'for i in 1 2; do\n  true\n  test $i = 1\ndone\n', 3],
  ['a command over two lines', 'x=1\nls /nonexistent \\\n  /neither\n', 2],
  ['a here-document', 'x=1\ncat <<END\none\nEND\ngrep nothing /dev/null\n', 5],
  ['a command that is not there', 'x=1\nnosuchcommand\n', 2],
  ['errexit off and on', 'set +e\nfalse\nset -e\ntrue\nfalse\n', 5],
  ['a file that is sourced', 'x=1\nsource <(printf "true\\ntrue\\nfalse\\n")\necho no\n', 2],
  ['a function of a file', 'source <(printf "g() {\\ntrue\\nfalse\\n}\\n")\ntrue\ng\n', 3],
  ['an EXIT trap of its own', "trap 'echo bye' EXIT\ntrue\nfalse\n", 3],
  ['a background job that failed before', 'x=1\nfalse &\nwait $! || true\nfalse\n', 4],
  ['its process id', 'echo $$ >/dev/null\nfalse\n', 2],
  ['an ERR trap of its own', "trap 'echo failed' ERR\nfalse\n", undefined],
  ['a list of its traps', 'trap -p\nfalse\n', undefined],
  ['its last argument', 'set +e\nfalse a b\necho "$_"\nset -e\nfalse\n', undefined],
  ['an exit', 'x=1\nif true; then\n  exit 3\nfi\n', undefined],
];

describe('a fence that fails says at which line', () => {
  test.each(TEXTS)('%s', async (_name, text, line) => {
    const { end } = await runOn(await openBox(), fence(text));
    expect(end).toMatchObject({ kind: 'exit' });
    expect(end.kind === 'exit' && end.code !== 0 && end.line).toBe(line);
  });
});

test.each(['sh', 'zsh'])('%s does not say it', async (shell) => {
  const { end } = await runOn(await openBox(), fence('true\nfalse\n', { interpreter: [shell] }));
  expect(end).toEqual({ kind: 'exit', code: 1 });
});

test('a line is not carried to the next fence, and no variable shows it', async () => {
  const box = await openBox();
  await runOn(box, fence('echo a\nfalse\n'));
  expect((await runOn(box, fence('exit 4\n'))).end).toEqual({ kind: 'exit', code: 4 });
  expect((await runOn(box, fence('set -a\nx=1\nset | grep runbook_line || echo none\n'))).output).toBe(
    'none\n',
  );
});
