import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const fence = (text: string, attributes = '') => `~~~bash ${attributes}\n${text}\n~~~\n\n`;
const verify = (line: string) => `Verify:\n\n~~~check\n${line}\n~~~\n\n`;
const problem = (title: string, symptom: string, fix: string, check: string, more = '') =>
  `### ${title}\n\n${more}Symptom: \`${symptom}\`\n\nFix:\n\n${fence(fix)}${verify(check)}`;
const secret =
  '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| TOK | secret | yes | | x |\n';
const env = { TOK: 'sup3rs3cretvalue' };

/** Pids that the journal ever named, and which of them still run. */
async function stillRunning(read: (name: string) => Promise<string>, folder: string): Promise<number[]> {
  const [name] = (await readdir(`${folder}/.runbook`)).filter((each) => each.endsWith('.jsonl'));
  const journal = await read(`.runbook/${name}`);
  const pids = new Set([...journal.matchAll(/"pid":(\d+)/g)].map((match) => Number(match[1])));
  const stats = await Promise.all(
    [...pids].map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
      return { pid, dead: /\) [ZX]/.test(stat) };
    }),
  );
  return stats.filter((each) => !each.dead).map((each) => each.pid);
}

describe('problems', () => {
  test('a reactive Fix is not applied on the failure of an in-pass Fix', async () => {
    const inPass = problem('First', 'symptom-of-first', 'echo no such daemon; exit 3', 'file never exists');
    const reactive = problem('Second', 'no such daemon', 'echo second >> log', 'file never exists');
    const scene = await scenario(
      `---\nrunbook: 1\n---\n\n## Steps\n\n${inPass}### a\n\n${fence('echo a >> log')}\n## Problems\n\n${reactive}`,
    );
    const told = await scene.replay();
    expect(told.exit).toBe(1);
    expect(told.report.steps[0].outcome.failure.knownProblems).toMatchObject([
      { id: 'second', applied: false },
    ]);
    expect(await scene.ran()).toEqual([]);
  });

  test('after a Fix the actions repeat from where they began, with what the Fix exported', async () => {
    const step =
      fence('cd sub\nexport COUNT=x$COUNT') + fence('[ -e ../fixed ] || { echo "it is broken"; exit 1; }');
    const after = fence(`echo "$COUNT $FIXED \${PWD##*/}" >> "$OLD/log"`);
    const scene = await scenario(
      runbook(
        { start: fence('export OLD=$PWD'), a: step, b: after },
        `## Problems\n\n${problem('P', 'it is broken', 'touch ../fixed; export FIXED=yes', 'file fixed exists')}`,
      ),
      { files: { 'sub/keep': '' } },
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['x yes sub']);
  });

  test('does not fix a problem whose When is unknown', async () => {
    const scene = await scenario(
      `---\nrunbook: 1\n---\n\n## Steps\n\n${problem('P', 'some symptom', 'echo fix >> log', 'file never exists', 'When:\n\n~~~check\nfact nobody_measured = 1\n~~~\n\n')}### a\n\n${fence('echo a >> log')}`,
    );
    const told = await scene.replay();
    expect(told.story).toEqual(['a: acted new']);
    expect(await scene.ran()).not.toContain('fix');
  });

  test('an interactive Fix without a terminal needs a person', async () => {
    const fix = `### P\n\nSymptom: \`some symptom\`\n\nFix:\n\n${fence('true', '{"interactive":"true"}')}${verify('file never exists')}`;
    const scene = await scenario(`---\nrunbook: 1\n---\n\n## Steps\n\n${fix}### a\n\n${fence('true')}`);
    expect((await scene.replay()).exit).toBe(3);
  });
});

describe('an export that holds a secret', () => {
  test('is exported again for a check that uses it, and the step stays skipped', async () => {
    const giver = fence('echo a >> log\nexport DERIVED="x-$TOK"');
    const taker = `${fence('echo b >> log; touch done')}Verify:\n\n${fence('[ -e done ] && [ "$DERIVED" = "x-$TOK" ]')}`;
    const file = '~~~text {"file":"out.txt"}\nv=${DERIVED}\n~~~\n';
    const scene = await scenario(runbook({ a: giver, b: taker, c: file }, secret), { env });
    expect((await scene.replay()).exit).toBe(0);
    expect((await scene.run('plan')).report.summary).toMatchObject({ act: 0, ask: 2, person: 0 });
    const told = await scene.replay();
    expect(told.story).toContain('b: skipped confirmed');
    expect(told.story).toContain('c: skipped confirmed');
    expect(await scene.ran()).toEqual(['a', 'b', 'a']);
  });

  test('from an always fence does not make the whole step run again', async () => {
    const giver = fence('echo a >> log') + fence('export DERIVED="x-$TOK"', '{"always":"true"}');
    const taker = (text: string) => fence(`echo "${text} \${#DERIVED}" >> log`);
    const scene = await scenario(runbook({ a: giver, b: taker('b') }, secret), { env });
    await scene.replay();
    await scene.write('AUTODOCK.md', runbook({ a: giver, b: taker('edited') }, secret));
    expect((await scene.replay()).story).toEqual(['a: skipped confirmed', 'b: acted edited']);
    expect(await scene.ran()).toEqual(['a', 'b 18', 'edited 18']);
  });

  test('that is no longer available fails the steps that need it', async () => {
    const giver = fence('[ ! -e gone ]\nexport DERIVED="x-$TOK"');
    const scene = await scenario(runbook({ a: giver, b: fence('echo "$DERIVED"') }, secret), { env });
    await scene.replay();
    await scene.write('gone', '');
    await scene.write('AUTODOCK.md', runbook({ a: giver, b: fence('echo "$DERIVED" >> log') }, secret));
    expect((await scene.replay()).exit).toBe(1);
    expect(await scene.ran()).toEqual([]);
  });
});

describe('--accept', () => {
  test('keeps what the step exported when it ran', async () => {
    const b = (more: string) => fence(`echo "$AA${more}" >> log`);
    const scene = await scenario(runbook({ a: fence('export AA=1'), b: b('') }));
    await scene.replay();
    await scene.replay({ accept: 'a' });
    await scene.write('AUTODOCK.md', runbook({ a: fence('export AA=1'), b: b('!') }));
    await scene.replay();
    expect(await scene.ran()).toEqual(['1', '1!']);
  });

  test('of a failed step lets its dependents and its Undo run', async () => {
    const a = (text: string) => `${fence(text)}Undo:\n\n${fence('echo undo >> log')}`;
    const b = `Needs: a\n\n${fence('echo b >> log')}`;
    const scene = await scenario(runbook({ a: a('true'), b }));
    await scene.replay();
    await scene.write('AUTODOCK.md', runbook({ a: a('false'), b }));
    expect((await scene.replay()).exit).toBe(1);
    expect((await scene.replay({ accept: 'a' })).story).toEqual([
      'a: skipped confirmed',
      'b: acted needs-acted',
    ]);
    await scene.run('undo', { yes: true });
    expect(await scene.ran()).toEqual(['b', 'b', 'undo']);
  });
});

describe('--accept of a step whose Verify does not pass', () => {
  test('is refused, and the next step does not suggest it', async () => {
    const scene = await scenario(runbook({ a: `${fence('true')}${verify('file there exists')}` }));
    await scene.replay();
    const told = await scene.replay({ accept: 'a' });
    expect(told.story).toEqual(['a: failed not-accepted']);
    expect(told.report.next).toBe(
      'Fix the box until the Verify of "a" passes, or let the step act again: runbook replay AUTODOCK.md',
    );
    expect((await scene.replay()).report.next).toMatch(/--accept a$/);
  });
});

describe('background', () => {
  test('moving the fence does not start a second process', async () => {
    const daemon = fence('exec sleep 300', '{"background":"true"}');
    const scene = await scenario(runbook({ a: daemon }));
    await scene.replay();
    await scene.write('AUTODOCK.md', runbook({ a: fence('true') + daemon }));
    await scene.replay();
    expect(await stillRunning(scene.read, scene.folder)).toHaveLength(1);
    await scene.run('undo', { yes: true });
    expect(await stillRunning(scene.read, scene.folder)).toEqual([]);
  });
});

describe('a plan', () => {
  test('runs no program of the document to read its version', async () => {
    const scene = await scenario('', {
      files: { 'bin/curl': '#!/bin/sh\ntouch "$0.ran"\necho 9.9.9\n' },
    });
    await chmod(scene.path('bin/curl'), 0o755);
    const env = `env: { PATH: "${scene.path('bin')}:/usr/bin:/bin" }`;
    await scene.write(
      'AUTODOCK.md',
      `---\nrunbook: 1\nrequires: ["curl >= 1.0"]\n${env}\n---\n\n## Steps\n\n### a\n\n${fence('true')}`,
    );
    await scene.run('plan');
    await scene.replay({ dryRun: true });
    expect(await readdir(scene.path('bin'))).toEqual(['curl']);
  });
});

describe('flags and notes', () => {
  test('every verb refuses an unknown step id', async () => {
    const scene = await scenario(runbook({ start: fence('true') }));
    for (const verb of ['replay', 'verify', 'undo']) {
      const told = await scene.run(verb, { only: 'strat', yes: true });
      expect(told.diagnostics[0], verb).toMatchObject({
        code: 'unknown-step',
        remedy: 'Did you mean "start"?',
      });
      expect(told.exit, verb).toBe(64);
    }
  });

  test('a dry run says what --only and --from leave out', async () => {
    const scene = await scenario(runbook({ a: fence('true'), b: fence('true') }));
    const would = async (flags: object) =>
      (await scene.replay({ dryRun: true, ...flags })).report.plan.steps.map(
        (step: { would: string }) => step.would,
      );
    expect(await would({ only: 'a' })).toEqual(['act', 'skip']);
    expect(await would({ from: 'b' })).toEqual(['skip', 'act']);
  });

  test('a pass says that a journal line was torn', async () => {
    const scene = await scenario(runbook({ a: fence('true') }));
    await scene.replay();
    const [name] = (await readdir(scene.path('.runbook'))).filter((each) => each.endsWith('.jsonl'));
    await writeFile(scene.path(`.runbook/${name}`), '{"v":1,"se', { flag: 'a' });
    const { events } = await scene.replay();
    expect(events.flatMap((each) => (each.type === 'diagnostic' ? [each.diagnostic.code] : []))).toContain(
      'journal-torn',
    );
  });
});
