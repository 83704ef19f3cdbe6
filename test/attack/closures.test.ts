import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CANARIES } from './canaries.ts';
import { openTarget, type Target } from './target.ts';

/* What a person approves is what runs, where it was approved and as often as it was approved. */

const DRAFT = { title: 'Set it up', run: 'sh ./setup.sh', verify: 'file never exists' };
const SETUP = { 'project/setup.sh': 'echo honest >>ran\n' };

const document = (rest: string, frontMatter = '') =>
  `---\nrunbook: 1\nname: site\n${frontMatter}---\n\n# Site\n${rest}`;
const step = (title: string, run: string, after = '') =>
  `\n### ${title}\n\n\`\`\`bash\n${run}\n\`\`\`\n${after}`;
const inputs = (row: string) =>
  `\n## Inputs\n\n| Name | Kind | Required | Default | From | What for |\n| --- | --- | --- | --- | --- | --- |\n${row}\n`;

/** What the steps have written so far. */
function ran({ project }: Pick<Target, 'project'>): string[] {
  const path = join(project, 'ran');
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

const rewrite = (target: Target, path: string, text: string) =>
  writeFileSync(join(target.project, path), text);

describe('an approval counts where and as often as the person said', () => {
  test('a step approved for one project does not run in another', async () => {
    const first = await openTarget({ answer: 'project', files: SETUP });
    await first.call('apply_step', { draft: DRAFT });
    expect(ran(first)).toEqual(['honest']);
    const other = await openTarget({
      sameAs: first,
      files: { 'other-project/setup.sh': 'echo evil >>ran\n' },
    });
    const { data } = await other.call('apply_step', { draft: DRAFT });
    expect([data.status, ran(other)]).toEqual(['needs_approval', []]);
  });

  test('a document approved for one project does not run as its copy in another', async () => {
    const copied = document(`\n## Steps\n${step('Set up', 'sh ./setup.sh')}`);
    const first = await openTarget({ answer: 'project', document: copied, files: SETUP });
    await first.call('replay');
    expect(ran(first)).toEqual(['honest']);
    const other = await openTarget({
      ...{ sameAs: first, document: copied },
      files: { 'other-project/setup.sh': 'echo honest >>ran\n' },
    });
    expect((await other.call('replay')).data.status).toBe('needs_approval');
    expect((await other.call('apply_step', { step: 'set-up' })).data.status).toBe('needs_approval');
    expect(ran(other)).toEqual([]);
  });

  test.each(['apply_step', 'replay'])('a yes for once lets %s start once', async (tool) => {
    const target = await openTarget({
      ...{ answer: ['once', 'no'], files: SETUP },
      document: document(`\n## Steps\n${step('Set up', 'sh ./setup.sh')}`),
    });
    const input = tool === 'replay' ? {} : { step: 'set-up' };
    await target.call(tool, input);
    expect((await target.call(tool, input)).data.status).toBe('needs_approval');
    expect([ran(target), target.forms.length]).toEqual([['honest'], 2]);
  });

  test('a yes for once does not outlive its server', async () => {
    const target = await openTarget({ answer: 'once', files: SETUP });
    await target.call('apply_step', { draft: DRAFT });
    await target.client.close();
    const again = await openTarget({ sameAs: target });
    rewrite(again, 'setup.sh', 'echo honest >>ran\n');
    expect((await again.call('apply_step', { draft: DRAFT })).data.status).toBe('needs_approval');
  });
});

describe('whatever changes after the yes is asked about again', () => {
  const answer = ['project', 'no'] as const;

  test('a script that a step names', async () => {
    const target = await openTarget({ answer, files: SETUP });
    await target.call('apply_step', { draft: DRAFT });
    rewrite(target, 'setup.sh', 'echo evil >>ran\n');
    await target.call('apply_step', { draft: DRAFT });
    expect(target.forms[1]).toContain('echo evil >>ran');
    expect(ran(target)).toEqual(['honest']);
  });

  test('a script that a script names', async () => {
    const files = {
      'project/setup.sh': '. ./lib.sh\n',
      'project/lib.sh': 'echo honest >>ran\n',
    };
    const target = await openTarget({
      ...{ answer, files },
      document: document(`\n## Steps\n${step('Set up', 'sh ./setup.sh')}`),
    });
    await target.call('apply_step', { step: 'set-up' });
    rewrite(target, 'lib.sh', 'echo evil >>ran\n');
    await target.call('apply_step', { step: 'set-up' });
    expect(target.forms[1]).toContain('echo evil >>ran');
    expect([ran(target), target.forms.length]).toEqual([['honest'], 2]);
  });

  test.each([
    ['a script', 'setup.sh', 'echo evil >>ran\n'],
    [
      'the document',
      'AUTODOCK.md',
      document(`\n## Steps\n${step('Set up', 'sh ./setup.sh; echo evil >>ran')}`),
    ],
  ])('%s that changes while the person reads does not run', async (_, path, text) => {
    const target = await openTarget({
      ...{ answer: 'project', files: SETUP },
      document: document(`\n## Steps\n${step('Set up', 'sh ./setup.sh')}`),
      whileReading: (project) => writeFileSync(join(project, path), text),
    });
    await target.call('replay');
    await target.call('apply_step', { step: 'set-up' }).catch(() => undefined);
    expect(target.forms[0]).not.toContain('evil');
    // A person who said yes to the second question has read it there.
    expect(target.forms.length === 1 ? ran(target) : []).not.toContain('evil');
  });

  test('the value of an input', async () => {
    const target = await openTarget({
      answer,
      document: document(
        `${inputs('| WHAT | variable | no | honest |  | x |')}\n## Steps\n${step('Set up', 'echo "$WHAT" >>ran')}`,
      ),
    });
    await target.call('apply_step', { step: 'set-up' });
    await target.call('apply_step', { step: 'set-up', inputs: { WHAT: 'evil' } });
    expect(target.forms[0]).toContain('WHAT = honest');
    expect(target.forms[1]).toContain('WHAT = evil');
    expect(ran(target)).toEqual(['honest']);
  });

  test('a value of .env, which the form does not show', async () => {
    const target = await openTarget({
      answer,
      document: document(
        `${inputs('| API_KEY | secret | yes |  |  | x |')}\n## Steps\n${step('Set up', 'test -n "$API_KEY"; echo honest >>ran; false')}`,
      ),
    });
    await target.call('replay');
    rewrite(target, '.env', 'API_KEY=another-value-entirely\n');
    expect((await target.call('replay')).data.status).toBe('needs_approval');
    expect([ran(target), target.forms.length]).toEqual([['honest'], 2]);
    expect(target.forms.join()).not.toContain('another-value');
  });

  test('a fact that the agent writes down', async () => {
    const target = await openTarget({
      answer,
      document: document(
        `\n## Facts\n\n| Fact | Value |\n| --- | --- |\n| WHAT | honest |\n\n## Steps\n${step('Set up', 'echo run >>ran; false')}`,
      ),
    });
    await target.call('replay');
    await target.call('env_save', { facts: [{ name: 'WHAT', value: 'evil' }] });
    expect((await target.call('replay')).data.status).toBe('needs_approval');
    expect(target.forms[1]).toContain('evil');
    expect(ran(target)).toEqual(['run']);
  });

  test('a step that runs again for another one is shown with it', async () => {
    const two = (line: string) =>
      document(
        `${inputs('| API_KEY | secret | yes |  |  | x |')}\n## Steps\n` +
          step('First', `${line}\nexport LOGIN="user:$API_KEY"`) +
          step('Second', 'test -n "$LOGIN"; echo second >>ran; false'),
      );
    const target = await openTarget({ answer: ['once', 'no'], document: two('echo honest >>ran') });
    await target.call('apply_step', { step: 'first' });
    rewrite(target, 'AUTODOCK.md', two('echo evil >>ran'));
    const { data } = await target.call('apply_step', { step: 'second' });
    expect(target.forms[1]).toContain('echo evil >>ran');
    expect([data.status, ran(target)]).toEqual(['needs_approval', ['honest']]);
  });
});

test('the question of a replay shows all that it may run, judge by and set', async () => {
  const after = '\nVerify:\n\n```bash\ntest -e in-verify\n```\n\nUndo:\n\n```bash\necho in-undo >>ran\n```\n';
  const when =
    '\n### Guarded\n\nWhen:\n\n```bash\ntest -e in-when\n```\n\n```bash\necho in-body >>ran\n```\n';
  const target = await openTarget({
    answer: 'no',
    document: document(
      `${inputs('| TOKEN | secret | yes |  | `echo in-command; touch ran` | x |')}\n## Steps\n${step('One', 'echo in-step >>ran', after)}${when}`,
      'env:\n  EDITOR: in-front-matter\nrequires: ["bash >= 4.0"]\n',
    ),
  });
  expect((await target.call('replay')).data.status).toBe('needs_approval');
  for (const each of [
    ...['in-step', 'in-verify', 'in-undo', 'in-when', 'in-body', 'in-command', 'in-front-matter'],
    'bash >= 4.0',
  ])
    expect(target.forms[0]).toContain(each);
  expect(ran(target)).toEqual([]);
});

describe('a program that answers for the person', () => {
  for (const [tool, input] of [
    ['apply_step', { step: 'set-up' }],
    ['replay', {}],
  ] as const)
    for (const answersAfterMs of [0, 5, 300])
      test(`after ${answersAfterMs} ms does not start ${tool}, however often it tries`, async () => {
        const target = await openTarget({
          ...{ answer: 'project', answersAfterMs, files: SETUP },
          document: document(`\n## Steps\n${step('Set up', 'sh ./setup.sh')}`),
        });
        for (const _ of [1, 2, 3, 4, 5])
          expect((await target.call(tool, input)).data.status).toBe('needs_approval');
        expect([ran(target), target.forms.length]).toEqual([[], 3]);
        expect(target.runbook('approvals', 'list', '--all', '--json').text).not.toContain('"ap-');
      });
});

describe('a lease', () => {
  const draft = (word: string) => ({
    draft: { title: word, run: `echo ${word} >>ran`, verify: 'file no exists' },
  });

  test('is listed, counts in no other project or client, and ends with its server', async () => {
    const target = await openTarget({ answer: ['lease', 'no'] });
    await target.call('apply_step', draft('one'));
    await target.call('apply_step', draft('two'));
    expect([ran(target), target.forms.length]).toEqual([['one', 'two'], 1]);
    const { data } = await target.call('runbook_read');
    const [{ id }] = data.now.leases;
    expect(id).toMatch(/^le-[0-9a-f]{8}$/);
    for (const args of [['approvals', 'list'], ['status']])
      expect(target.runbook(...args).text).toContain(id);

    const other = await openTarget({ sameAs: target });
    expect((await other.call('apply_step', draft('three'))).data.status).toBe('needs_approval');

    await target.client.close();
    await expect.poll(() => target.runbook('approvals', 'list').text, { timeout: 15_000 }).not.toContain(id);
  });

  test('does not let a replay run, and can be taken back while its server runs', async () => {
    const target = await openTarget({
      answer: ['lease', 'no'],
      document: document(`\n## Steps\n${step('Set up', 'echo replayed >>ran')}`),
    });
    await target.call('apply_step', draft('one'));
    expect((await target.call('replay')).data.status).toBe('needs_approval');
    const { data } = await target.call('runbook_read');
    const [{ id }] = data.now.leases;
    expect(target.runbook('approvals', 'revoke', id).exit).toBe(0);
    expect((await target.call('apply_step', draft('two'))).data.status).toBe('needs_approval');
    expect(ran(target)).toEqual(['one']);
  });
});

test('a person lists, reads and takes back what was approved', async () => {
  const target = await openTarget({
    ...{ answer: ['project', 'no'], files: SETUP },
    document: document(
      `${inputs('| API_KEY | secret | yes |  |  | x |')}\n## Steps\n${step('Set up', 'sh ./setup.sh; false')}`,
    ),
  });
  await target.call('replay');
  const listed = JSON.parse(target.runbook('approvals', 'list', '--json').text);
  const [{ id, scope, latencyMs }] = listed.report?.approvals ?? listed.approvals;
  expect(scope).toBe('project');
  expect(latencyMs).toBeGreaterThan(700);
  const shown = target.runbook('approvals', 'show', id);
  expect(shown.text).toContain('sh ./setup.sh; false');
  expect(shown.text).not.toContain(CANARIES.API_KEY);
  expect(target.runbook('approvals', 'revoke', 'ap-00000000').exit).toBe(64);
  expect(target.runbook('approvals', 'revoke', id).exit).toBe(0);
  expect((await target.call('replay')).data.status).toBe('needs_approval');
  expect(ran(target)).toEqual(['honest']);
});

test('approvals that a project brings or an earlier version wrote do not count', async () => {
  const target = await openTarget({
    ...{ answer: ['project', 'no'], files: SETUP },
    document: document(`\n## Steps\n${step('Set up', 'sh ./setup.sh; false')}`),
  });
  await target.call('replay');
  const path = join(target.person, 'approvals.jsonl');
  const kept = readFileSync(path, 'utf8');
  const { hash, document: approved, at } = JSON.parse(kept.trim().split('\n')[0]!);
  writeFileSync(path, `${JSON.stringify({ hash, document: approved, how: 'command', at })}\n`);
  appendFileSync(join(target.project, '.runbook', 'approvals.jsonl'), kept);
  const { data } = await target.call('replay');
  expect(data.status).toBe('needs_approval');
  expect(data.next).toContain('earlier version');
  expect(ran(target)).toEqual(['honest']);
});

/** A state folder as version 0.1.0 left it after `runbook approve`, for the project of this target. */
function writeOldState({ person, project }: Target): void {
  const kept = readFileSync(new URL('../fixtures/earlier/approvals.jsonl', import.meta.url), 'utf8');
  const written = kept.replace('/srv/site/AUTODOCK.md', join(project, 'AUTODOCK.md'));
  writeFileSync(join(person, 'approvals.jsonl'), written, { mode: 0o600 });
}

test.each([
  ['apply_step', { step: 'set-up' }],
  ['replay', {}],
])('after the upgrade %s asks a person once, and says why', async (tool, input) => {
  const text = document(`\n## Steps\n${step('Set up', 'sh ./setup.sh; false')}`);
  const unasked = await openTarget({ document: text, files: SETUP });
  writeOldState(unasked);
  const { data } = await unasked.call(tool, input);
  expect([data.status, ran(unasked)]).toEqual(['needs_approval', []]);
  expect(data.next).toContain('approved with an earlier version of runbook');

  const target = await openTarget({ ...{ answer: 'project', document: text, files: SETUP } });
  writeOldState(target);
  await target.call(tool, input);
  await target.call(tool, input);
  expect(ran(target)[0]).toBe('honest');
  expect(target.forms).toHaveLength(1);
  expect(target.forms[0]).toMatch(/^An agent asks to run .* approved with an earlier version of runbook/);

  // Later questions do not repeat it.
  await target.call('apply_step', { draft: DRAFT });
  expect(target.forms).toHaveLength(2);
  expect(target.forms[1]).not.toContain('earlier version');
});
