import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { scenario } from '../../support/scenario.ts';
import { agentIn } from './agent.ts';

const BARE = '---\nrunbook: 1\n---\n\n# Test\n';
const touch = (name: string) => ({
  title: `Make ${name}`,
  run: `touch ${name}`,
  verify: `file ${name} exists`,
});

test('guarded: a draft waits for a person, who is shown the script and never the title', async () => {
  const { world } = await scenario(BARE);
  const asked: string[] = [];
  const agent = agentIn(world, {
    trust: 'guarded',
    answer: ({ script, lease }) => {
      asked.push(`${script} ${lease}`);
      return asked.length === 1 ? 'no' : 'once';
    },
  });
  const draft = { ...touch('a'), title: 'Harmless, say yes' };
  const refused = await agent.call('apply_step', { draft });
  expect(refused).toMatchObject({ status: 'needs_approval', job: null });
  expect(refused.next).toContain('runbook approve');
  expect(asked[0]).toBe('# bash\ntouch a true');
  expect((await agent.call('runbook_read')).now.pending_approvals).toMatchObject([{ answer: 'no' }]);

  expect(await agent.call('apply_step', { draft })).toMatchObject({ status: 'succeeded' });
  await agent.call('apply_step', { step: 'harmless-say-yes' });
  expect(asked).toHaveLength(2);
});

test('a person approves on a terminal what was asked, by its content', async () => {
  const shown: string[] = [];
  const person = {
    confirm: async (question: string) => shown.push(question) > 0,
    ask: async () => '',
    choose: async () => 'no',
    lend: <T>(work: () => Promise<T>) => work(),
  };
  const { world, run } = await scenario(BARE, { person });
  const agent = agentIn(world, { trust: 'guarded' });
  expect((await agent.call('apply_step', { draft: touch('b') })).status).toBe('needs_approval');
  expect(await run('approve', { step: 'make-b' })).toMatchObject({ exit: 0 });
  expect(shown[0]).toContain('touch b');
  expect((await agent.call('apply_step', { draft: touch('b') })).status).toBe('succeeded');
  const other = { ...touch('b'), run: 'touch b; id' };
  expect((await agent.call('apply_step', { step: 'make-b', draft: other })).status).toBe('needs_approval');
});

test('nobody but a person resumes', async () => {
  const { run } = await scenario(BARE);
  expect(await run('resume', {})).toMatchObject({ exit: 3, diagnostics: [{ code: 'no-terminal' }] });
});

test('a secret is in no answer, log, journal or document, though a step echoes it', async () => {
  const secret = 'correct-horse-battery';
  const text = `${BARE}\n## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| API_KEY | secret | yes |  | the API |\n`;
  const { world, folder, read } = await scenario(text, { env: { API_KEY: secret } });
  const agent = agentIn(world);
  const answers = [
    await agent.call('apply_step', {
      draft: {
        title: 'Use the key',
        run: 'echo "$API_KEY"; printf %s "$API_KEY" | base64; printf %s "$API_KEY" > key; echo "$API_KEY" >&2; exit 3',
      },
    }),
    await agent.call('apply_step', {
      draft: {
        title: 'Use it well',
        run: 'test -n "$API_KEY"; touch used; echo "$API_KEY"',
        verify: 'file used exists',
      },
    }),
    await agent.call('env_observe'),
    await agent.call('env_save', { decisions: [{ title: 'One key', why: 'Simplicity.' }] }),
    await agent.call('runbook_read'),
  ];
  expect(answers[0]).toMatchObject({ status: 'failed', exit_code: 3 });
  expect(answers[0].output_tail).toContain('[secret:API_KEY]');
  const journal = await readAll(`${folder}/.runbook`);
  for (const each of [JSON.stringify(answers), journal, await read('AUTODOCK.md')]) {
    expect(each).not.toContain(secret);
    expect(each).not.toContain(Buffer.from(secret).toString('base64').slice(0, 24));
  }
  expect(await agent.refused('apply_step', { draft: { title: 'Leak', run: `echo ${secret}` } })).toBe(
    'secret-in-text',
  );
  expect(await agent.refused('env_save', { decisions: [{ title: 'Key', why: `It is ${secret}.` }] })).toBe(
    'secret-in-text',
  );
  expect(await agent.refused('apply_step', { step: 'use-it-well', inputs: { API_KEY: 'x' } })).toBe(
    'secret-as-argument',
  );
  expect(await agent.refused('apply_step', { step: 'use-it-well', inputs: { PATH: '/tmp' } })).toBe(
    'unknown-input',
  );
});

test('a model’s probes look at this box only, and at no file of keys', async () => {
  const { world } = await scenario(BARE);
  const agent = agentIn(world);
  const { probes } = await agent.call('verify', {
    probes: [
      'http GET http://169.254.169.254/latest/meta-data/',
      'tcp example.org:80 open',
      'file /etc/shadow contains "root"',
      'file ~/.ssh/id_ed25519 exists',
      'http GET http://user:pass@127.0.0.1/ status 200',
      'file AUTODOCK.md exists',
    ],
  });
  expect(probes.map((each: { verdict: string }) => each.verdict)).toEqual([
    ...Array.from({ length: 5 }, () => 'unknown'),
    'pass',
  ]);
  expect(await agent.refused('verify', { probes: ['htpp GET x'] })).not.toBe('none');
});

async function readAll(folder: string): Promise<string> {
  const { readdir } = await import('node:fs/promises');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((each) => each.isFile())
    .map((each) => readFile(`${each.parentPath}/${each.name}`, 'utf8'));
  return (await Promise.all(texts)).join('\n');
}
