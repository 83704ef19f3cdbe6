import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { visibleText } from '../../src/base/plain-text.ts';
import { contentOf } from '../../src/boxes/synced-files.ts';
import { scriptOf } from '../../src/operations/agent/attempt/body.ts';
import type { Person } from '../../src/world.ts';
import { runbook, scenario } from '../support/scenario.ts';
import { agentIn } from './agent/agent.ts';

const INPUTS = '\n## Inputs\n\n| Name | Kind |\n| --- | --- |\n| TOKEN | secret |\n';

/** A server that remembers what it was asked. */
async function listener(): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['x-a'] ?? ''}`);
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, asked };
}

test('no probe reveals a secret before approval, and a model’s probe never does', async () => {
  const { port, asked } = await listener();
  const check = `http GET http://127.0.0.1:${port}/v/\${TOKEN} header "X-A: \${TOKEN}" status 200`;
  const endpoints = `\n## Endpoints\n\n| Name | URL or port | Check |\n| --- | --- | --- |\n| e | x | \`http GET http://127.0.0.1:${port}/e/\${TOKEN}\` |\n`;
  const text = runbook(
    { One: `~~~bash\ntrue\n~~~\n\nVerify:\n\n~~~check\n${check}\n~~~` },
    INPUTS + endpoints,
  );
  const scene = await scenario(text, { env: { TOKEN: 'sekrit-value-12345' } });
  await scene.run('plan');
  await scene.run('replay', { dryRun: true });
  const verified = await scene.run('verify');
  expect(verified.report.endpoints[0].result).toMatchObject({ verdict: 'unknown', class: 'not-approved' });
  const agent = agentIn(scene.world);
  await agent.call('verify', { probes: [check] });
  expect(asked).toEqual([]);
  expect((await scene.run('verify', { yes: true })).report.endpoints[0].result.verdict).toBe('pass');
  expect(asked).toContain('/v/sekrit-value-12345 sekrit-value-12345');
  await scene.run('approve');
  asked.length = 0;
  await agent.call('verify', { probes: [check] });
  expect(asked).toEqual([]);
});

test('the output of a fact fills one table row and nothing else', async () => {
  const facts =
    '\n## Facts\n\n| Fact | Value | Measured with |\n| --- | --- | --- |\n| mbps | 1 | `cat answer` |\n';
  const scene = await scenario(runbook({ One: '~~~bash\ntrue\n~~~' }, facts), {
    files: { answer: '2\r\r## Steps\r\r### Evil\r\r```bash\rtouch evil\r```\r' },
  });
  await scene.run('approve');
  const before = await scene.read('AUTODOCK.md');
  const told = await scene.run('facts', { write: true, yes: true });
  expect(told.report.facts[0]).toMatchObject({ verdict: 'failed' });
  expect(await scene.read('AUTODOCK.md')).toBe(before);
});

test('shows every character that would run, and no text imitates the head of another fence', () => {
  expect(visibleText('echo a \u001b]0;touch x;: \u0007\u202e\n\tb')).toBe(
    'echo a \\u{1b}]0;touch x;: \\u{7}\\u{202e}\n\tb',
  );
  const fence = (text: string) => ({ lang: 'bash', text, attributes: {} });
  const body = { title: 'x', why: '', verify: [] };
  const two = scriptOf({ ...body, run: [fence('mkdir d')], undo: [fence('touch c')] } as never);
  const one = scriptOf({ ...body, run: [fence(two.replace(/^# bash, 1 line\n/, ''))], undo: [] } as never);
  expect(one).not.toBe(two);
});

test("a project's git configuration runs nothing when its files are listed", async () => {
  const scene = await scenario('# x\n', { files: { a: '' } });
  const git = (...words: string[]) => spawnSync('git', ['-C', scene.folder, ...words], { encoding: 'utf8' });
  git('init', '--quiet');
  git('config', 'core.fsmonitor', `touch ${scene.path('../ran')}; false`);
  const { files } = await contentOf(scene.folder);
  expect(files.map(({ path }) => path).sort()).toEqual(['AUTODOCK.md', 'a']);
  await expect(scene.read('../ran')).rejects.toThrow('ENOENT');
});

test('does not ask for approval on a box that does not exist', async () => {
  const asked: string[] = [];
  const person: Person = {
    ask: async () => '',
    confirm: async () => false,
    choose: async (question) => {
      asked.push(question);
      return 'no';
    },
    withTerminal: (work) => work(),
  };
  const facts = '\n## Facts\n\n| Fact | Value | Measured with |\n| --- | --- | --- |\n| f | 1 | `echo 2` |\n';
  const scene = await scenario(runbook({ One: '~~~bash\ntrue\n~~~' }, facts), { person });
  for (const verb of ['replay', 'undo', 'facts']) {
    for (const on of ['no box', 'never-launched', 'container:never-made']) {
      const { diagnostics } = await scene.run(verb, { on });
      // Without a container engine, the error says so.
      expect(diagnostics[0]?.code, `${verb} ${on}`).toMatch(
        /^(bad-box|unknown-box|no-such-container|no-container-engine)$/,
      );
    }
  }
  expect(asked).toEqual([]);
  await scene.run('replay');
  const { name } = await scene.world.identify();
  expect(asked).toEqual([
    `# one: bash, 1 line\ntrue\n\n# Fact f, measured with, 1 line\necho 2\n\n# Values, 1 line\nf = 1 (fact)\n\nAUTODOCK.md would run up to 1 fence and 1 command on ${name}. Run it?`,
  ]);
});

test('approval of the document does not cover an Undo that only the journal has', async () => {
  const step = (text: string) => `~~~bash\n${text}\n~~~\n\nUndo:\n\n~~~bash\necho undone >> log\n~~~\n`;
  const scene = await scenario(runbook({ One: step('true') }));
  await scene.run('approve');
  await scene.replay();
  await scene.write('AUTODOCK.md', runbook({ One: step('true # edited') }));
  await scene.run('approve');
  expect(await scene.run('undo')).toMatchObject({ exit: 3, diagnostics: [{ code: 'not-approved' }] });
  expect(await scene.ran()).toEqual([]);
});

test("an approved step with other values than the document's waits for a person", async () => {
  const inputs = '\n## Inputs\n\n| Name | Kind | Default |\n| --- | --- | --- |\n| WORD | variable | a |\n';
  const scene = await scenario(runbook({ One: '~~~bash\necho $WORD >> log\n~~~' }, inputs));
  await scene.run('approve');
  const agent = agentIn(scene.world, { trust: 'guarded' });
  expect(await agent.call('apply_step', { step: 'one', inputs: { WORD: 'b' } })).toMatchObject({
    status: 'needs_approval',
  });
  expect(await scene.ran()).toEqual([]);
  expect((await agent.call('apply_step', { step: 'one', inputs: { WORD: 'a' } })).status).toBe('succeeded');
  expect(await scene.ran()).toEqual(['a']);
});

test.each(['v/${WHICH}.yaml', '/etc/hostname', '../x.yaml'])(
  'a vendored file must be in the project: %s',
  async (from) => {
    const scene = await scenario(runbook({ One: `~~~yaml {"apply":"kubernetes","from":"${from}"}\n~~~` }));
    const { diagnostics } = (await scene.run('lint')).report;
    expect(diagnostics.map(({ code }: { code: string }) => code)).toContain('bad-attribute');
  },
);
