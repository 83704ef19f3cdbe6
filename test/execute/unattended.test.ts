import { expect, test } from 'vitest';
import { fence, openBox, runOn, temporaryFolder } from './box.ts';

test('a program that would open an editor or ask a person fails at once', async () => {
  const box = await openBox({ folder: temporaryFolder() });
  const text = `
    git init -q . && git config core.editor 'sleep 1000' && export GIT_CONFIG_GLOBAL=/dev/null
    git -c user.name=ann -c user.email=ann@example.com commit -q --allow-empty`;
  const { end, output } = await runOn(box, fence(text));
  expect(end).toEqual({ kind: 'exit', code: 1, line: 3 });
  expect(output).toContain("There was a problem with the editor 'false'");
});

test('front matter and fences may set these variables, and nothing of them counts as exported', async () => {
  const box = await openBox({ folder: temporaryFolder(), env: { PAGER: 'less' } });
  const { output, state } = await runOn(box, fence('echo "$PAGER $DEBIAN_FRONTEND"; export VISUAL=ed'));
  expect(output).toBe('less noninteractive\n');
  expect([...(state?.variables ?? [])]).toEqual([['VISUAL', 'ed']]);
});

test('variables that would change what bash does are filtered as before', async () => {
  const box = await openBox({ folder: temporaryFolder(), env: { POSIXLY_CORRECT: '1', PWD: '/nowhere' } });
  const { output } = await runOn(
    box,
    fence('echo "${POSIXLY_CORRECT-none}"; [ "$PWD" = "$(pwd -P)" ] && echo here'),
  );
  expect(output).toBe('none\nhere\n');
});
