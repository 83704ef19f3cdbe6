import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test, vi } from 'vitest';
import { listDigests, passesFolder, readRecord } from '../../src/journal/passes/read-record.ts';
import type { HistoryReport } from '../../src/model/pass-record.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';
import { agentIn } from './agent/agent.ts';

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
  const followed = scene.run('logs', { follow: true, grep: 'beg' });
  engine.kill('SIGKILL');
  await engine;
  // It writes no end: that its process is gone ends the following.
  const { events } = await followed;
  expect(events).toContainEqual(expect.objectContaining({ type: 'output', text: 'begun\n' }));
  expect((await passesOf(await scene.run('history')))[0]?.outcome).toBe('interrupted');
  expect((await scene.run('logs')).report.text).toContain('begun');
}, 60_000);

const UNDOABLE = runbook({
  Make: '~~~bash\necho making\ntouch made\n~~~\n\nVerify:\n\n~~~check\nfile made exists\n~~~\n\nUndo:\n\n~~~bash\necho unmaking\nrm made\n~~~\n',
});

const recordOf = async (scene: Scenario, id: string) => (await readRecord(scene.folder, id))!;

test('verify, undo and a schedule are recorded, with checks as expected and observed', async () => {
  const scene = await scenario(UNDOABLE, { env: { RUNBOOK_SCHEDULE: 'nightly' } });
  await scene.replay();
  await scene.run('verify', { yes: true });
  await rm(scene.path('made'));
  await scene.run('verify', { yes: true });
  await scene.write('made', '');
  await scene.run('undo', { yes: true });
  const passes = await passesOf(await scene.run('history'));
  expect(passes.map(({ verb, outcome }) => `${verb} ${outcome}`)).toEqual([
    'undo done',
    'verify failed',
    'verify done',
    'replay done',
  ]);
  expect(passes[0]!.by).toEqual({ kind: 'schedule', name: 'nightly' });
  const failed = await recordOf(scene, passes[1]!.id);
  expect(failed.head).toMatchObject({ allowed: 'yes', document: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(failed.lines).toContainEqual(
    expect.objectContaining({
      type: 'verified',
      step: 'make',
      verdict: 'fail',
      checks: [
        expect.objectContaining({
          verdict: 'fail',
          expected: expect.stringContaining('made exists'),
          observed: expect.stringContaining('missing'),
        }),
      ],
    }),
  );
  expect((await scene.run('logs', { pass: passes[0]!.id })).report.text).toContain('unmaking');
  expect((await scene.run('history', { id: passes[1]!.id })).report.pass.steps[0]).toMatchObject({
    id: 'make',
    outcome: 'fail',
  });
});

test('what an agent ran and what a guard held back is recorded with the name of its client', async () => {
  const scene = await scenario('---\nrunbook: 1\n---\n\n# Test\n');
  const agent = agentIn(scene.world, { client: 'codex 9' });
  const wait = (seconds: number) =>
    agent.call('apply_step', {
      draft: { title: 'Wait', run: `sleep ${seconds}; test -f leader`, verify: 'file leader exists' },
    });
  await wait(0.1);
  await wait(0.2);
  await agent.call('apply_step', { draft: { title: 'Make', run: 'touch made', verify: 'file made exists' } });
  await agent.call('verify');
  await agent.call('verify', { probes: ['file leader exists'] });
  const passes = await passesOf(await scene.run('history'));
  expect(passes.map(({ verb, outcome, by }) => `${verb} ${outcome} ${by.kind} ${by.name}`)).toEqual([
    // Its own check lines are not a pass.
    'verify done agent codex 9',
    'apply_step done agent codex 9',
    'apply_step refused agent codex 9',
    'apply_step failed agent codex 9',
  ]);
  const verified = await recordOf(scene, passes[0]!.id);
  expect(verified.lines).toContainEqual(
    expect.objectContaining({ type: 'verified', step: 'make', verdict: 'pass' }),
  );
  const held = await recordOf(scene, passes[2]!.id);
  expect(held.lines).toContainEqual(
    expect.objectContaining({ type: 'held-back', by: 'guard', code: 'sleep-spiral', step: 'wait' }),
  );
  const failed = await recordOf(scene, passes[3]!.id);
  expect(failed.head.allowed).toBe('sandbox');
  expect(failed.lines.some(({ type }) => type === 'findings')).toBe(true);
});

test('a failure says where the rest of its output is, and that command prints it', async () => {
  const scene = await scenario(runbook({ Long: '~~~bash\nseq 1 500\nexit 1\n~~~\n' }));
  const { failure } = (await scene.replay()).report.steps[0].outcome;
  expect(failure.wholeOutput.lines).toBe(500);
  const [, step, pass] = /^runbook logs (\S+) --pass (\S+)$/.exec(failure.wholeOutput.command)!;
  const { text } = (await scene.run('logs', { step, pass })).report;
  expect(text.split('\n').slice(0, 3)).toEqual(['1', '2', '3']);
});

test('status says when a step last held, how often a Fix fired, and which is old', async () => {
  const text = runbook(
    {
      Start:
        '~~~bash\ntest -e mended || { echo "no leader here" >&2; exit 1; }\ntouch up\n~~~\n\nVerify:\n\n~~~check\nfile up exists\n~~~\n',
    },
    '## Problems\n\n### No leader\n\nSymptom: `no leader here`\n\nWhy: nobody was elected.\n\nFix:\n\n~~~bash\ntouch mended\n~~~\n\nVerify:\n\n~~~check\nfile mended exists\n~~~\n\n### Never seen\n\nSymptom: `something else`\n\nWhy: it was once.\n\nFix:\n\n~~~bash\ntrue\n~~~\n\nVerify:\n\n~~~check\nfile other exists\n~~~\n',
  );
  const scene = await scenario(text);
  await scene.replay();
  await rm(scene.path('mended'));
  await scene.replay({ force: true });
  await rm(scene.path('up'));
  await scene.run('verify', { yes: true });
  const now = (await scene.run('status')).report;
  const held = Date.parse(now.steps[0].lastHeld);
  expect(Date.now() - held).toBeLessThan(60_000);
  expect(now.problems).toEqual([
    { id: 'no-leader', title: 'No leader', times: 2, last: expect.any(String), old: false },
    { id: 'never-seen', title: 'Never seen', times: 0, old: false },
  ]);
  const later = { ...scene.world, now: () => Date.now() + 91 * 24 * 3600_000 };
  const { status } = await import('../../src/operations/status.ts');
  const context = { world: later, signal: new AbortController().signal, emit: () => {} };
  const old = await status.run(context, status.input.parse({ file: 'AUTODOCK.md' }));
  expect(old.problems.map((each) => each.old)).toEqual([true, true]);
  expect(old.steps[0]!.lastHeld).toBe(now.steps[0].lastHeld);
});

test('a list reads the index, and a pass that is missing there from its record', async () => {
  const scene = await scenario(UNDOABLE);
  await scene.replay();
  await scene.run('verify', { yes: true });
  const before = await listDigests(scene.folder);
  expect(before.map(({ held }) => held)).toEqual([['make'], ['make']]);
  await rm(join(passesFolder(scene.folder), 'passes.index'));
  expect(await listDigests(scene.folder)).toEqual(before);
});
