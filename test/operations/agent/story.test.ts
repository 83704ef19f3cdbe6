import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
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

test('two terminators, the small twin: try, fail, look, mend, resolve, save; a replay needs no model', async () => {
  const { folder, world, read, run } = await scenario('');
  await rm(`${folder}/AUTODOCK.md`);
  const port = await freePort();
  const agent = agentIn(world);
  onTestFinished(() => agent.leave());

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
  console.log(JSON.stringify(seen.findings, null, 1), (await agent.call('runbook_read')).now);
  void read;
  void run;
});
