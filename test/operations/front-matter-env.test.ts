import { expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const document = (env: string) =>
  runbook({ a: '~~~bash\necho "$PATH ${GREETING-}" >> log\n~~~\n' }).replace(
    'runbook: 1\n',
    `runbook: 1\nenv: { ${env} }\n`,
  );

test.each([
  'PATH: bin',
  'BASH_ENV: bin/sh',
  'ENV: bin/sh',
  'LD_PRELOAD: bin/x.so',
  'NODE_OPTIONS: --require=./bin/x',
])('env must not change which code programs run: %s', async (env) => {
  const scene = await scenario(document(env));
  for (const verb of ['plan', 'verify', 'replay']) {
    expect(await scene.run(verb)).toMatchObject({
      exit: 65,
      diagnostics: [{ code: 'refused-name', place: { line: 3, column: 8 } }],
    });
  }
  expect(await scene.ran()).toEqual([]);
});

test('without "runbook: 1" such a name belongs to another tool and is ignored', async () => {
  const scene = await scenario(document('PATH: bin, GREETING: hi').replace('runbook: 1\n', ''));
  await scene.replay();
  expect(await scene.ran()).toEqual([`${process.env.PATH} hi`]);
});
