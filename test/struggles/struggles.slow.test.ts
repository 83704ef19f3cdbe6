import { createServer } from 'node:net';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { agentIn } from '../operations/agent/agent.ts';
import { scenario } from '../support/scenario.ts';
import { faultsIn } from './saved-document.ts';
import { type Place, playAgent, type Struggle } from './struggle.ts';
import { struggles } from './struggles.ts';

test('there are 40 struggles, of five kinds', () => {
  expect(struggles).toHaveLength(40);
  expect(new Set(struggles.map(({ kind }) => kind)).size).toBe(5);
});

const named = struggles.map((each) => [`${each.kind}: ${each.name}`, each] as const);

test.each(named)('%s', async (_, struggle) => {
  const port = await freePort();
  onTestFinished(() => endServers(port));
  const first = await boxWith(struggle, port);
  const agent = agentIn(first.world);
  onTestFinished(() => agent.leave());
  const saved = await playAgent(agent, struggle, { folder: first.folder, port });
  const text = await first.read('AUTODOCK.md');
  expect(faultsIn(text), text).toEqual([]);
  expect(saved, text).toMatchObject({ withheld: [] });

  await agent.leave();
  await endServers(port);
  const next = await boxWith(struggle, port);
  await next.write('AUTODOCK.md', text);
  const replayed = await next.replay();
  expect(replayed.story, `${text}\n${JSON.stringify(replayed.report?.steps)}`).not.toContainEqual(
    expect.stringMatching(/: (?:failed|person|not-reached)/),
  );
  expect(replayed.exit, JSON.stringify(replayed.diagnostics)).toBe(0);
  // Nothing of it is left to do.
  expect((await next.run('verify', { yes: true })).exit).toBe(0);
});

/** A box that no one has worked on: an empty folder, and what the image of the box holds. */
async function boxWith(struggle: Struggle, port: number) {
  const place = await scenario('');
  const script = `rm -f AUTODOCK.md\n${struggle.box({ folder: place.folder, port } satisfies Place)}\ntrue`;
  await execa('bash', ['-c', script], { cwd: place.folder, stdio: 'ignore' });
  if (struggle.kind === 'same program')
    await expect.poll(() => answers(port), { timeout: 20_000 }).toBe(true);
  return place;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );

/** Ends whatever was started for this port: its number is in every command line. */
async function endServers(port: number): Promise<void> {
  await execa('pkill', ['-f', `(listen.|server |1:)[${`${port}`[0]}]${`${port}`.slice(1)}`], {
    reject: false,
  });
  await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(false);
}
