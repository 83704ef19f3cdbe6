import { describe, expect, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const fence = (text: string) => `~~~bash\n${text}\n~~~\n`;
const verify = (line: string) => `\nVerify:\n\n~~~check\n${line}\n~~~\n`;

/** An obstacle file `blocker`; the step fails while it is there. */
const step = `${fence('echo step >> log\nif [ -e blocker ]; then echo "bind: address already in use" >&2; exit 1; fi\ntouch goal')}${verify('file goal exists')}`;
const problem = (title: string, fix: string, more = '') =>
  `### ${title}\n${more}\nSymptom: \`address already in use\`\n\nWhy: it is in the way.\n\nFix:\n\n${fence(fix)}${verify('file blocker absent')}\n`;

describe('a reactive problem', () => {
  test('applies its Fix once, verifies it, and retries the step', async () => {
    const scene = await scenario(
      runbook({ start: step }, `## Problems\n\n${problem('Blocked', 'echo fix >> log; rm blocker')}`),
      { files: { blocker: '' } },
    );
    const told = await scene.replay();
    expect(told.exit).toBe(0);
    expect(await scene.ran()).toEqual(['step', 'fix', 'step']);
    expect(told.report.steps[0].outcome).toMatchObject({ kind: 'acted', fixes: ['blocked'] });
    expect(told.report.summary).toMatchObject({ fixes: 1, acted: 1 });
  });

  test('does not repeat the actions if the Fix made the Verify pass', async () => {
    const scene = await scenario(
      runbook(
        { start: step },
        `## Problems\n\n${problem('Blocked', 'echo fix >> log; rm blocker; touch goal')}`,
      ),
      { files: { blocker: '' } },
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['step', 'fix']);
  });

  test('applies the first in document order', async () => {
    const problems = `## Problems\n\n${problem('First', 'echo first >> log; rm blocker')}\n${problem('Second', 'echo second >> log; rm -f blocker')}`;
    const scene = await scenario(runbook({ start: step }, problems), { files: { blocker: '' } });
    await scene.replay();
    expect(await scene.ran()).toEqual(['step', 'first', 'step']);
  });

  test('a Fix that does not clear the obstacle fails the step, and is not retried when the pass resumes', async () => {
    const scene = await scenario(
      runbook({ start: step }, `## Problems\n\n${problem('Blocked', 'echo fix >> log')}`),
      { files: { blocker: '' } },
    );
    const told = await scene.replay();
    expect(told.exit).toBe(1);
    expect(told.report.steps[0].outcome.failure.message).toContain('The Fix of "Blocked" did not clear it');
    await scene.replay();
    expect(await scene.ran()).toEqual(['step', 'fix', 'step']);
  });

  test('never applies a Fix to the failure of a Fix', async () => {
    const failing = problem('Blocked', 'echo fix >> log; echo "no such daemon here" >&2; exit 3');
    const second = `### Other\n\nSymptom: \`no such daemon here\`\n\nWhy: x\n\nFix:\n\n${fence('echo other >> log')}${verify('file never exists')}\n`;
    const scene = await scenario(runbook({ start: step }, `## Problems\n\n${failing}\n${second}`), {
      files: { blocker: '' },
    });
    expect((await scene.replay()).exit).toBe(1);
    expect(await scene.ran()).toEqual(['step', 'fix']);
  });

  test('is only shown if it has no Verify', async () => {
    const shown =
      '### Blocked\n\nSymptom: `address already in use`\n\nFix:\n\n~~~bash\necho fix >> log\n~~~\n';
    const scene = await scenario(runbook({ start: step }, `## Problems\n\n${shown}`), {
      files: { blocker: '' },
    });
    const told = await scene.replay();
    expect(told.report.steps[0].outcome.failure.knownProblems).toMatchObject([
      { id: 'blocked', applied: false },
    ]);
    expect(await scene.ran()).toEqual(['step']);
  });

  test('a Symptom may be a multi-line regular expression', async () => {
    const regex = problem('Blocked', 'rm blocker').replace(
      '`address already in use`',
      '`/^bind: .*in use$/`',
    );
    const scene = await scenario(runbook({ start: step }, `## Problems\n\n${regex}`), {
      files: { blocker: '' },
    });
    expect((await scene.replay()).exit).toBe(0);
  });

  test('clears two obstacles one after the other', async () => {
    const two = `${fence('echo step >> log\nfor b in one two; do if [ -e $b ]; then echo "obstacle $b is there"; exit 1; fi; done')}`;
    const each = (n: string) =>
      `### Has ${n}\n\nSymptom: \`obstacle ${n} is there\`\n\nFix:\n\n${fence(`rm ${n}`)}${verify(`file ${n} absent`)}\n`;
    const scene = await scenario(runbook({ start: two }, `## Problems\n\n${each('two')}\n${each('one')}`), {
      files: { one: '', two: '' },
    });
    expect((await scene.replay()).report.steps[0].outcome).toMatchObject({
      kind: 'acted',
      fixes: ['has-one', 'has-two'],
    });
  });
});

describe('a problem among the Steps', () => {
  test('before its step: evaluated when the step acts, before its actions', async () => {
    const scene = await scenario(
      runbook({
        one: fence('echo one >> log'),
        Blocked: problem('x', 'echo fix >> log; rm blocker').split('\n').slice(1).join('\n'),
        start: step,
      }),
      { files: { blocker: '' } },
    );
    const told = await scene.replay();
    expect(told.story).toEqual(['one: acted new', 'start: acted new']);
    expect(await scene.ran()).toEqual(['one', 'fix', 'step']);
    await scene.write('blocker', '');
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed', 'start: skipped confirmed']);
  });

  test('after its step: evaluated between its actions and its Verify', async () => {
    const body = problem('x', 'echo fix >> log; rm leftover')
      .replace('file blocker absent', 'file leftover absent')
      .split('\n')
      .slice(1)
      .join('\n');
    const scene = await scenario(
      runbook({
        start: `${fence('echo step >> log; touch leftover made')}${verify('file leftover absent\nfile made exists')}`,
        Mess: `For: start\n${body}`,
      }),
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['step', 'fix']);
  });

  test('not applied if its Verify passes', async () => {
    const scene = await scenario(
      runbook({ Blocked: problem('x', 'echo fix >> log').split('\n').slice(1).join('\n'), start: step }),
    );
    await scene.replay();
    expect(await scene.ran()).toEqual(['step']);
  });
});
