import { describe, expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const fence = (text: string, info = 'bash') => `~~~${info}\n${text}\n~~~\n`;

describe('state from fence to fence', () => {
  test('carries exported variables and the directory, but not options, functions and plain variables', async () => {
    const scene = await scenario(
      runbook({
        one: fence(
          'mkdir -p sub; cd sub; export A="one\ntwo" B=x; C=plain; f() { :; }; set -u; shopt -s nullglob',
        ),
        two: fence(
          '{ echo "A=$A"; echo "B=$B"; echo "C=[$C]"; echo "dir=${PWD##*/}"; type f 2>/dev/null || echo "no f"; shopt -q nullglob || echo "no nullglob"; } > ../log',
        ),
      }),
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['A=one', 'two', 'B=x', 'C=[]', 'dir=sub', 'no f', 'no nullglob']);
  });

  test('carries a variable that is unset and set again', async () => {
    const scene = await scenario(
      runbook({
        one: fence('export A=1 B=2; unset HOME'),
        two: fence('unset A; export B=3'),
        three: fence('echo "[${A-unset}] [$B] [${HOME-unset}]" > log'),
      }),
    );
    await scene.replay();
    expect(await scene.ran()).toEqual(['[unset] [3] [unset]']);
  });

  test('evaluates a confirmed step with its own exports', async () => {
    const scene = await scenario(
      runbook({
        one: `${fence('export PAGE=tea; echo one >> log')}\n${fence('page of ${PAGE}', 'text {"file":"page"}')}\nVerify:\n\n${fence('test "$PAGE" = tea')}`,
      }),
    );
    await scene.replay();
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed']);
    await scene.write('page', 'page of coffee\n');
    expect((await scene.replay()).story).toEqual(['one: acted drifted']);
    expect(await scene.ran()).toEqual(['one', 'one']);
  });

  test('a skipped step still provides its exports, from the journal', async () => {
    const text = runbook({
      one: fence('mkdir -p d; cd d; export A=$((40 + 2))'),
      two: fence('test -e ../allowed\necho "$A ${PWD##*/}" > ../log'),
    });
    const scene = await scenario(text);
    expect((await scene.replay()).exit).toBe(1);
    await scene.write('allowed', '');
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed', 'two: acted failed-before']);
    expect(await scene.ran()).toEqual(['42 d']);
  });

  test('an edited step passes its new value to a later step across a skipped one', async () => {
    const text = runbook({
      one: fence('export A=old'),
      two: fence('export B=b'),
      three: `Needs: one, two\n\n${fence('echo "$A $B" >> log')}`,
    });
    const scene = await scenario(text);
    await scene.replay();
    await scene.write('AUTODOCK.md', text.replace('A=old', 'A=new'));
    await scene.replay();
    expect(await scene.ran()).toEqual(['old b', 'new b']);
  });

  test('Needs: none starts from the baseline; two needs are merged in document order', async () => {
    const scene = await scenario(
      runbook({
        one: fence('export A=1 X=one'),
        two: `Needs: none\n\n${fence('echo "two [${A-}]" >> log; export B=2 X=two')}`,
        three: `Needs: two, one\n\n${fence('echo "three $A $B $X" >> log')}`,
      }),
    );
    await scene.replay();
    expect(await scene.ran()).toEqual(['two []', 'three 1 2 two']);
  });

  test('a fence with a directory of its own does not move the next', async () => {
    const scene = await scenario(
      runbook({
        one: fence('mkdir -p sub'),
        two: fence('pwd > here', 'bash {"cwd":"sub"}'),
        three: fence('pwd > here'),
      }),
    );
    await scene.replay();
    expect((await scene.read('sub/here')).trim()).toMatch(/sub$/);
    expect((await scene.read('here')).trim()).toMatch(/project$/);
  });

  test('a shell check sees the state and does not change it', async () => {
    const scene = await scenario(
      runbook({
        one: `${fence('export A=1')}\nVerify:\n\n${fence('test "$A" = 1; export A=2; cd /')}`,
        two: fence('echo "$A" > log'),
      }),
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['1']);
  });

  test('${NAME} in a file, a check and an attribute has the value that the next fence would see', async () => {
    const scene = await scenario(
      runbook({
        one: fence('export DIR=made WHO="you & me"; mkdir -p made'),
        two: `~~~text {"file":"\${DIR}/hello.txt"}\nhello \${WHO}, $\${WHO}, \${other:-x}\n~~~\n\nVerify:\n\n~~~check\nfile \${DIR}/hello.txt contains "\${WHO}"\n~~~\n`,
      }),
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.read('made/hello.txt')).toBe('hello you & me, ${WHO}, ${other:-x}\n');
  });

  test('a step between the exporter of a secret and its user hides neither', async () => {
    const inputs =
      '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| TOKEN | secret | yes | | x |\n';
    const steps = {
      give: fence('export AUTH="Bearer $TOKEN"; echo give >> log'),
      between: fence('export OTHER=1'),
      use: fence('test -e allowed\n[ "$AUTH" = "Bearer $TOKEN" ] && echo "use $OTHER" >> log'),
    };
    const scene = await scenario(runbook(steps, inputs), { env: { TOKEN: 'abc-def-ghi' } });
    expect((await scene.replay()).exit).toBe(1);
    await scene.write('allowed', '');
    const again = await scene.replay();
    expect(again.exit).toBe(0);
    expect(await scene.ran()).toEqual(['give', 'give', 'use 1']);
  });

  test('a step that is found done still runs if a later step uses its exports or directory', async () => {
    const found = '\nVerify:\n\n~~~check\nfile site exists\n~~~\n';
    const scene = await scenario(
      runbook({
        exports: fence('mkdir -p site; echo exports >> log; export SITE=$PWD/site') + found,
        unused: fence('mkdir -p site; echo unused >> log; export OTHER=x') + found,
        enters: fence('mkdir -p site; echo enters >> log; cd site') + found,
        use: fence('echo "$SITE ${PWD##*/}" >> ../log'),
      }),
    );
    await scene.write('site/page', '');
    expect((await scene.run('plan')).report.steps).toMatchObject([
      { would: 'act', reason: 'state-needed' },
      { would: 'skip', reason: 'found' },
      { would: 'act', reason: 'state-needed' },
      { would: 'act', reason: 'new' },
    ]);
    expect((await scene.replay()).story).toEqual([
      'exports: acted state-needed',
      'unused: skipped found',
      'enters: acted state-needed',
      'use: acted new',
    ]);
    expect((await scene.ran()).at(-1)).toMatch(/\/site site$/);
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toHaveLength(3);
  });

  test('a step that uses an unset name first runs the found step that exports it', async () => {
    const found = '\nVerify:\n\n~~~check\nfile site exists\n~~~\n';
    const first = fence('mkdir -p site; echo one >> log; export SITE=site') + found;
    const scene = await scenario(runbook({ one: first }));
    await scene.write('site/page', '');
    expect((await scene.replay()).story).toEqual(['one: skipped found']);
    await scene.write('AUTODOCK.md', runbook({ one: first, two: fence('echo "two $SITE" >> log') }));
    expect((await scene.replay()).story).toEqual([
      'one: skipped confirmed',
      'one: acted state-needed',
      'two: acted new',
    ]);
    expect(await scene.ran()).toEqual(['one', 'two site']);
  });

  test('an export that holds a secret is journaled by name; a later use runs its step again', async () => {
    const inputs =
      '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| TOKEN | secret | yes | | x |\n';
    const text = runbook(
      {
        one: fence('echo one >> log; export AUTH="Bearer $TOKEN" PLAIN=p'),
        two: fence('test -e allowed; echo "two ${#AUTH} $PLAIN" >> log'),
      },
      inputs,
    );
    const scene = await scenario(text, { env: { TOKEN: 'correct-horse-battery' } });
    expect((await scene.replay()).exit).toBe(1);
    await scene.write('allowed', '');
    const told = await scene.replay();
    expect(told.story).toEqual([
      'one: skipped confirmed',
      'one: acted state-needed',
      'two: acted failed-before',
    ]);
    expect(await scene.ran()).toEqual(['one', 'one', 'two 28 p']);
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed', 'two: skipped confirmed']);
  });

  test('a step in between with its own exports does not hide a repeated export', async () => {
    const inputs =
      '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| TOKEN | secret | yes | | x |\n';
    const text = runbook(
      {
        one: fence('export AUTH="Bearer $TOKEN"'),
        two: fence('export MIDDLE=m'),
        three: fence('test -e allowed; echo "three ${#AUTH} $MIDDLE" >> log'),
      },
      inputs,
    );
    const scene = await scenario(text, { env: { TOKEN: 'correct-horse-battery' } });
    expect((await scene.replay()).exit).toBe(1);
    await scene.write('allowed', '');
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['three 28 m']);
  });

  test('always runs in every pass, counts as no action and re-runs no dependent', async () => {
    const scene = await scenario(
      runbook({
        one: fence('echo always >> log; export A=now', 'bash {"always":"true"}'),
        two: `Needs: one\n\n${fence('echo "two $A" >> log')}`,
      }),
    );
    await scene.replay();
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed', 'two: skipped confirmed']);
    expect(await scene.ran()).toEqual(['always', 'two now', 'always']);
  });
});
