import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import type { HistoryReport } from '../../src/model/pass-record.ts';
import { scenario } from '../support/scenario.ts';

const TWO_STEPS = `---
runbook: 1
name: two
---

## Inputs

| Name | Kind | Required | Default | What for |
| --- | --- | --- | --- | --- |
| TOKEN | secret | yes | | a test |

## Steps

### First

\`\`\`bash
echo "the token is $TOKEN"
\`\`\`

### Second

\`\`\`bash
echo line one
echo line two >&2
exit 3
\`\`\`
`;

const passesOf = async (told: { report: unknown }) => (told.report as HistoryReport).passes;

test('lists a failed pass, shows its steps, and prints its output with secrets masked', async () => {
  const scene = await scenario(TWO_STEPS, { env: { TOKEN: 'correct-horse-battery' } });
  await scene.replay({ yes: true });
  const [pass] = await passesOf(await scene.run('history'));
  expect(pass).toMatchObject({ verb: 'replay', outcome: 'failed', by: { kind: 'person' } });
  const detail = (await scene.run('history', { id: pass!.id })).report.pass;
  expect(detail.steps.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome])).toEqual([
    ['first', 'acted'],
    ['second', 'failed'],
  ]);
  const all = (await scene.run('logs')).report.text;
  expect(all).toContain('the token is [secret:TOKEN]');
  expect(all).not.toContain('correct-horse');
  expect((await scene.run('logs', { step: 'second', grep: 'two' })).report.text).toBe('line two');
});

test('refuses an unknown pass or step and suggests the nearest one', async () => {
  const scene = await scenario(TWO_STEPS, { env: { TOKEN: 'correct-horse-battery' } });
  expect((await scene.run('logs')).diagnostics[0]?.code).toBe('no-pass');
  await scene.replay({ yes: true });
  const [pass] = await passesOf(await scene.run('history'));
  const wrong = await scene.run('history', { id: `${pass!.id.slice(0, -1)}z` });
  expect(wrong.exit).toBe(64);
  expect(wrong.diagnostics[0]?.remedy).toContain(pass!.id);
  expect((await scene.run('logs', { step: 'secnd' })).diagnostics[0]?.remedy).toContain('second');
});

test('a killed pass is listed as interrupted, with its output up to the kill', async () => {
  const scene = await scenario(`---
runbook: 1
name: slow
---

## Steps

### Slow

\`\`\`bash
echo begun
sleep 60
\`\`\`
`);
  const engine = execa(
    process.execPath,
    ['dist/bin.js', 'replay', scene.path('AUTODOCK.md'), '--yes', '--verbose'],
    {
      env: { RUNBOOK_STATE: scene.world.folders.person, RUNBOOK_BOX_STATE: scene.world.folders.box },
      reject: false,
    },
  );
  const printed = async () => expect((await scene.run('logs')).report?.text).toContain('begun');
  await vi.waitFor(printed, { timeout: 40_000, interval: 200 });
  expect((await passesOf(await scene.run('history')))[0]?.outcome).toBe('running');
  engine.kill('SIGKILL');
  await engine;
  expect((await passesOf(await scene.run('history')))[0]?.outcome).toBe('interrupted');
  expect((await scene.run('logs')).report.text).toContain('begun');
}, 60_000);
