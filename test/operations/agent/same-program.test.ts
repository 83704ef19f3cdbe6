import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { scenario } from '../../support/scenario.ts';
import { agentIn } from './agent.ts';

const SERVER = `require('node:http').createServer((q, r) => r.end(process.argv[3])).listen(process.argv[2], '127.0.0.1', () => console.log('up'));\n`;

/** A node that holds the port which the step's node wants, and an agent that has run into it and killed it. */
async function cleared(old: string, verify: (port: number) => unknown) {
  const { folder, world, write, read } = await scenario('');
  await write('old.cjs', SERVER);
  await write('new.cjs', SERVER);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const stranger: ChildProcess = spawn('node', [old, String(port), 'page'], { cwd: folder });
  await once(stranger.stdout!, 'data');
  const agent = agentIn(world);
  onTestFinished(async () => {
    stranger.kill('SIGKILL');
    await agent.call('apply_step', {
      draft: { title: 'Stop', run: `pkill -f '[.]cjs ${port}'`, verify: `port ${port} free` },
    });
    await agent.leave();
  });
  const start = [
    { lang: 'bash', text: `exec node new.cjs ${port} page`, attributes: { background: 'true' } },
  ];
  const check = `http GET http://127.0.0.1:${port}/ contains "page" within 5s`;
  const failed = await agent.call('apply_step', { draft: { title: 'Serve', run: start, verify: check } });
  expect(failed).toMatchObject({ status: 'failed', findings: [{ code: 'port-taken' }] });
  await agent.call('apply_step', {
    draft: {
      title: 'Stop the other',
      why: 'It is in the way.',
      run: `pkill -f '[o]ld.cjs|[n]ew.cjs'; sleep 0.3`,
      verify: verify(port),
    },
  });
  const again = await agent.call('apply_step', { step: 'serve' });
  expect(again).toMatchObject({ status: 'succeeded', cleared: [failed.problem] });
  const resolve = (more: object) => agent.call('problem_resolve', { problem: failed.problem, ...more });
  return { agent, port, read, resolve, problem: failed.problem };
}

const why = 'Two servers were configured for one port.';

test('the command line distinguishes two processes of the same program', async () => {
  const { port, read, resolve } = await cleared('old.cjs', (port) => `port ${port} free`);
  const check = `not port ${port} owner "node old.cjs ${port} page"`;
  expect(await resolve({ why })).toMatchObject({ state: 'resolved', verify: [check] });
  expect(await read('AUTODOCK.md')).toContain(check);
});

test('a shell check that failed before the fix and passed after it tests for the obstacle', async () => {
  const { read, resolve } = await cleared('old.cjs', () => [
    { lang: 'bash', text: "! pgrep -f '[o]ld.cjs'", attributes: {} },
  ]);
  expect(await resolve({ why })).toMatchObject({ state: 'resolved', verify: ["! pgrep -f '[o]ld.cjs'"] });
  expect(await read('AUTODOCK.md')).toContain("Verify:\n\n```bash\n! pgrep -f '[o]ld.cjs'\n```");
});

test('resolves a problem that no check can detect, with a Fix that is only shown', async () => {
  const { read, resolve } = await cleared('new.cjs', (port) => `port ${port} free`);
  expect(await resolve({ why })).toMatchObject({ state: 'resolved', verify: [] });
  expect(await read('AUTODOCK.md')).toContain('Fix:');
});

test('a refusal suggests a check that works, and keeps the Why', async () => {
  const { agent, port, resolve, problem } = await cleared('old.cjs', (port) => `port ${port} free`);
  const bad = resolve({ why, verify: [`port ${port} free`] });
  await expect(bad).rejects.toMatchObject({
    diagnostics: [
      { code: 'no-obstacle-check', remedy: expect.stringContaining(`owner \\"node old.cjs ${port} page\\"`) },
    ],
  });
  expect((await agent.call('runbook_read')).now.problems[0]).toMatchObject({ problem, state: 'cleared' });
  expect(await resolve({})).toMatchObject({ state: 'resolved' });
});

test('refuses a Fix that a replay would not try: its Verify held before it, or its Symptom was not printed', async () => {
  const { agent, port, read, resolve } = await cleared(
    'old.cjs',
    (port) => `port ${port} free\nfile new.cjs exists`,
  );
  const refused = (more: object) =>
    resolve({ why, ...more }).then(
      () => undefined,
      (error) => error.diagnostics[0],
    );
  expect(await refused({ verify: ['file new.cjs exists within 5s'] })).toMatchObject({ code: 'held-before' });
  const notPrinted = await refused({ symptom: 'the disk is full' });
  expect(notPrinted).toMatchObject({
    code: 'symptom-not-printed',
    remedy: expect.stringContaining('EADDRINUSE'),
  });
  const verify = [`not port ${port} owner "node old.cjs ${port} page"`];
  expect(await resolve({ symptom: 'address already in use', verify })).toMatchObject({ state: 'resolved' });
  await agent.call('env_save');
  expect(await read('AUTODOCK.md')).toContain('Symptom: `address already in use`');
});
