import { exec } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { scenario } from '../../support/scenario.ts';
import { agentIn } from './agent.ts';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const serve = (port: number, text: string) =>
  `node -e 'require("http").createServer((q, r) => r.end("${text}")).on("error", (e) => { console.error(e.message); process.exit(1) }).listen(${port}, "127.0.0.1")'`;

/** Not `[r]` by its own name, so that it does not find itself. */
const stop = (text: string) => `pkill -f '[r].end."${text}"'`;

test('one session: try, fail, observe, fix, resolve, save; a replay needs no model', async () => {
  const { folder, world, read, run } = await scenario('');
  await rm(`${folder}/AUTODOCK.md`);
  const port = await freePort();
  const agent = agentIn(world);
  onTestFinished(async () => {
    await agent.leave();
    await promisify(exec)(`pkill -f '[l]isten.${port}'`).catch(() => {});
  });

  const first = await agent.call('runbook_read');
  expect(first).toMatchObject({ exists: false, now: { jobs: [], problems: [] } });

  const squatter = await agent.call('apply_step', {
    draft: {
      title: 'Start the old server',
      why: 'It was there first.',
      run: [{ lang: 'bash', text: serve(port, 'old'), attributes: { background: 'true' } }],
      verify: `http GET http://127.0.0.1:${port}/ contains "old" within 10s`,
    },
  });
  expect(squatter.status).toBe('succeeded');

  const failed = await agent.call('apply_step', {
    draft: {
      title: 'Start the server',
      why: 'It answers.',
      run: `timeout 5 ${serve(port, 'new')}`,
      verify: `http GET http://127.0.0.1:${port}/ contains "new"`,
    },
  });
  expect(failed).toMatchObject({ status: 'failed', step: 'start-the-server', exit_code: 1 });
  expect(failed.findings[0]).toMatchObject({ code: 'port-taken' });
  expect(failed.problem).toMatch(/^p-/);

  const seen = await agent.call('env_observe');
  expect(seen.findings[0].title).toContain(String(port));

  const mended = await agent.call('apply_step', {
    draft: {
      title: 'Stop the old server',
      why: 'It holds the port.',
      run: stop('old'),
      verify: `not http GET http://127.0.0.1:${port}/ contains "old" within 5s`,
    },
  });
  expect(mended).toMatchObject({ status: 'succeeded' });

  const again = await agent.call('apply_step', {
    step: 'start-the-server',
    draft: {
      title: 'Start the server',
      run: [{ lang: 'bash', text: serve(port, 'new'), attributes: { background: 'true' } }],
      verify: `http GET http://127.0.0.1:${port}/ contains "new" within 10s`,
    },
  });
  expect(again).toMatchObject({ status: 'succeeded', cleared: [failed.problem] });
  expect((await agent.call('env_save', { dry_run: true })).withheld).toHaveLength(1);

  const resolved = await agent.call('problem_resolve', {
    problem: failed.problem,
    why: 'The old server holds the port, and two processes cannot listen on one.',
  });
  expect(resolved).toMatchObject({ state: 'resolved', written: true });
  const saved = await agent.call('env_save', {
    facts: [{ name: 'port', value: port, measured_with: 'echo 1', why: 'Everything listens there.' }],
    decisions: [{ title: 'One server', why: 'Two would fight for the port.' }],
  });
  expect(saved).toMatchObject({ written: true, withheld: [], not_saved: [] });
  expect(await agent.call('env_save')).toMatchObject({ written: false, diff: '' });
  const text = await read('AUTODOCK.md');
  expect(saved.next).toContain('runbook replay');
  const ordered = [
    '### Start the old server',
    `### Port ${port} is held by node`,
    'For: start-the-server',
    'Symptom: `listen EADDRINUSE: address already in use`',
    'Why: The old server holds the port',
    `not http GET http://127.0.0.1:${port}/ contains "old"\n`,
    '### Start the server',
    '| port | ',
    '### One server',
  ];
  const places = ordered.map((each) => text.indexOf(each));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);

  await agent.call('apply_step', {
    draft: { title: 'Stop all', run: stop('new'), verify: `port ${port} free` },
  });
  const told = await run('replay', { yes: true });
  expect(told.story).toEqual(['start-the-old-server: acted drifted', 'start-the-server: acted drifted']);
  expect(await run('verify', { yes: true, only: 'start-the-server' })).toMatchObject({ exit: 0 });
});
