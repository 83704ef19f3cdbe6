import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { scenario } from '../../support/scenario.ts';
import { agentIn } from './agent.ts';

const BARE = '---\nrunbook: 1\n---\n\n# Test\n';

test('refuses the third longer sleep with measured values, and accepts a different cause', async () => {
  const { world } = await scenario(BARE);
  const agent = agentIn(world);
  const wait = (seconds: number) =>
    agent.call('apply_step', {
      draft: {
        title: 'Wait for the leader',
        run: `sleep ${seconds}; test -f leader`,
        verify: 'file leader exists',
      },
    });
  expect((await wait(0.1)).status).toBe('failed');
  const second = await wait(0.2);
  expect(second).toMatchObject({ status: 'refused', guard: { code: 'sleep-spiral' } });
  expect(second.next).not.toBe('');
  expect((await wait(0.4)).guard).toBeDefined();
  const mended = await agent.call('apply_step', {
    draft: { title: 'Elect', run: 'touch leader', verify: 'file leader exists' },
  });
  expect(mended).toMatchObject({ status: 'succeeded' });
  expect(await wait(0.1)).toMatchObject({ status: 'succeeded', cleared: [expect.stringMatching(/^p-/)] });
});

test('refuses an exotic theory while an ordinary finding is unresolved', async () => {
  const { world } = await scenario(BARE);
  const agent = agentIn(world);
  const draft = { title: 'Start', run: 'no-such-program-anywhere --serve', verify: 'file up exists' };
  const failed = await agent.call('apply_step', { draft });
  expect(failed.findings[0]).toMatchObject({ code: 'program-missing' });
  const hypothesis = {
    cause: 'platform',
    mechanism: 'kernel-level mutex contention during RST packet processing',
    evidence: failed.findings[0].evidence,
    prediction: ['file up exists'],
  };
  const refused = await agent.call('apply_step', { step: 'start', hypothesis });
  expect(refused).toMatchObject({
    status: 'refused',
    guard: { verdict: 'refuse', code: 'exotic-explanation' },
  });
});

test('a step without a check that can fail does not succeed', async () => {
  const { world } = await scenario(BARE);
  const agent = agentIn(world);
  await agent.call('apply_step', { draft: { title: 'Make', run: 'true', verify: 'file made exists' } });
  const revise = (verify: unknown) =>
    agent.call('apply_step', { step: 'make', draft: { title: 'Make', run: 'touch other', verify } });
  expect(await revise([])).toMatchObject({ guard: { code: 'pretend-success', verdict: 'refuse' } });
  expect(await revise([{ lang: 'bash', text: 'true' }])).toMatchObject({
    guard: { code: 'pretend-success', verdict: 'refuse' },
  });
});

test('long work returns a job that can be read, searched and canceled with all its processes', async () => {
  const { world } = await scenario(BARE);
  const agent = agentIn(world);
  onTestFinished(() => agent.leave());
  const begun = await agent.call('apply_step', {
    draft: { title: 'Long', run: 'echo needle; echo hay; sleep 300 & sleep 300', verify: 'file x exists' },
    wait_s: 2,
  });
  expect(begun).toMatchObject({ status: 'running', job: 'job-1' });
  expect(await agent.call('job_read', { job: 'job-1', grep: 'needle' })).toMatchObject({
    status: 'running',
    log: 'needle',
  });
  expect((await agent.call('runbook_read')).now.jobs).toHaveLength(1);
  expect(await agent.refused('apply_step', { draft: { title: 'Other', run: 'true' } })).toBe('lock-held');
  expect(await agent.call('job_cancel', { job: 'job-1' })).toMatchObject({ status: 'cancelled' });
  expect((await agent.call('job_read', { job: 'job-1' })).attempt).toMatchObject({ status: 'cancelled' });
  for (const job of ['job-99', 'none']) expect(await agent.refused('job_read', { job })).toBe('unknown-job');
});

test('after a kill during a job, the next server knows about it and none of its processes run', async () => {
  const { world, folder } = await scenario(BARE);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./kill-program.ts', import.meta.url))],
    outfile: `${folder}/server.mjs`,
    bundle: true,
    loader: { '.sh': 'text' },
    platform: 'node',
    format: 'esm',
    write: false,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  await writeFile(`${folder}/server.mjs`, outputFiles[0]!.contents);
  const states = { RUNBOOK_STATE: world.folders.person, RUNBOOK_BOX_STATE: world.folders.box };
  const child = spawn(process.execPath, [`${folder}/server.mjs`, folder], {
    env: { ...process.env, ...states },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout!, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');

  const { now } = await agentIn(world).call('runbook_read');
  expect(now).toMatchObject({ jobs: [], last_attempt: { status: 'interrupted' } });
  const again = await agentIn(world).call('apply_step', {
    draft: { title: 'Short', run: 'touch x', verify: 'file x exists' },
  });
  expect(again.status).toBe('succeeded');
});

test('reports changes without a step, writes a report on escalation, and forgets a dropped problem', async () => {
  const { world, folder, read } = await scenario(BARE);
  const agent = agentIn(world);
  const failed = await agent.call('apply_step', {
    draft: { title: 'Ask the vendor', run: 'echo "error: licence server says no" >&2; exit 7' },
  });
  expect(await agent.call('find_fix', { text: 'error: licence server says no' })).toMatchObject({
    fixes: [],
  });
  const asked = await agent.call('escalate', {
    question: 'Which licence may this box use?',
    to: 'the vendor',
    problem: failed.problem,
  });
  expect(asked).toMatchObject({ state: 'stopped', written: true });
  const text = await read('AUTODOCK.md');
  expect(text).toContain('## Open questions\n\n### Which licence may this box use?');
  expect(text).toContain('Ask the vendor: failed, exit code 7');
  const stopped = await agent.call('apply_step', { step: 'ask-the-vendor' });
  expect(stopped).toMatchObject({ status: 'refused', guard: { code: 'circles' } });
  expect(await agent.refused('problem_resolve', { problem: 'p-nope', why: 'x' })).toBe('unknown-problem');
  await readFile(`${folder}/.runbook/.gitignore`, 'utf8');
});

test('keeps a person’s edit: returns the diff instead of overwriting a changed file', async () => {
  const { world, read, write } = await scenario(BARE);
  const agent = agentIn(world);
  await agent.call('apply_step', {
    draft: { title: 'Make', why: 'It is needed.', run: 'touch made', verify: 'file made exists' },
  });
  const known = (await agent.call('runbook_read')).sha256;
  await write('AUTODOCK.md', `${BARE}\nA person was here.\n`);
  const refused = await agent.call('env_save', { expected_sha256: known });
  expect(refused).toMatchObject({ written: false, refused: expect.stringContaining('expected_sha256') });
  expect(await agent.call('env_save', { expected_sha256: refused.sha256 })).toMatchObject({ written: true });
  const text = await read('AUTODOCK.md');
  expect(text).toContain('A person was here.');
  expect(text).toContain('### Make\n');
});

test("a revision keeps the author's text around the fences", async () => {
  const text = `${BARE}
## Steps

### Write it

Why: because.

Some prose of the author.

~~~bash
echo one > it
~~~

Verify:

~~~check
file it contains "one"
~~~

More prose.
`;
  const { world, read } = await scenario(text);
  const agent = agentIn(world);
  const done = await agent.call('apply_step', {
    step: 'write-it',
    draft: { title: 'Write it', run: 'echo one more > it' },
  });
  expect(done.status).toBe('succeeded');
  await agent.call('env_save');
  const after = await read('AUTODOCK.md');
  expect(after).toContain('Some prose of the author.');
  expect(after).toContain('More prose.');
  expect(after).toContain('echo one more > it');
  expect(after).toContain('~~~check\nfile it contains "one"\n~~~');
  expect(await agent.call('env_save')).toMatchObject({ written: false, diff: '' });
});

test('a job can be read as soon as a call has returned its id', async () => {
  const { world } = await scenario('');
  const agent = agentIn(world);
  const draft = { title: 'Slow', run: 'sleep 1; touch made', verify: 'file made exists' };
  const started = await agent.call('apply_step', { draft, wait_s: 0 });
  expect(started.status).toBe('running');
  expect(await agent.call('job_read', { job: started.job })).toMatchObject({ status: 'running' });
  const ended = await agent.call('job_read', { job: started.job, wait_s: 30 });
  expect(ended).toMatchObject({ status: 'succeeded', attempt: { status: 'succeeded' } });
  expect(await agent.refused('job_read', { job: 'job-9' })).toBe('unknown-job');
});

test('refuses a draft with a process id, and suggests the general form', async () => {
  const { world } = await scenario('');
  const agent = agentIn(world);
  const draft = { title: 'Stop it', run: 'kill 4711', verify: 'port 80 free' };
  const checked = { ...draft, run: 'true', verify: [{ lang: 'bash', text: '! test -e /proc/4711' }] };
  const error = {
    diagnostics: [{ code: 'literal-id', remedy: expect.stringContaining('fuser -k PORT/tcp') }],
  };
  await expect(agent.call('apply_step', { draft })).rejects.toMatchObject(error);
  await expect(agent.call('apply_step', { draft: checked })).rejects.toMatchObject(error);
  const resolve = { problem: 'p-1', why: 'It was there.', symptom: 'held by nginx (pid 4711)' };
  await expect(agent.call('problem_resolve', resolve)).rejects.toMatchObject(error);
});

test('a save without a proven step writes nothing and says what is missing', async () => {
  const { world, folder } = await scenario('');
  await rm(`${folder}/AUTODOCK.md`);
  const agent = agentIn(world);
  const first = await agent.call('env_save');
  expect(first).toMatchObject({
    written: false,
    diff: '',
    next: expect.stringContaining('begin with apply_step'),
  });
  await agent.call('apply_step', { draft: { title: 'Fail', run: 'false', verify: 'file x exists' } });
  const second = await agent.call('env_save');
  expect(second).toMatchObject({ written: false, next: expect.stringContaining('revise fail') });
  await expect(access(`${folder}/AUTODOCK.md`)).rejects.toThrow();
});

test('accepts the scope names that agents use, and says which scopes were read', async () => {
  const { world } = await scenario('');
  const agent = agentIn(world);
  const seen = await agent.call('env_observe', { scopes: ['ports', 'listeners', 'RAM'] });
  expect(seen.scopes).toEqual(['listeners', 'memory']);
  expect(Object.keys(seen.facts)).toEqual(['listeners', 'memory']);
  expect(await agent.refused('env_observe', { scopes: ['listenrs'] })).toBe('unknown-scope');
});
