import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Message, messageText } from '../../src/notify/message.ts';
import { deliver, enqueue, MOST_TRIES, queueFolder } from '../../src/notify/outbox.ts';
import { deliveryRequest } from '../../src/notify/request.ts';
import { type NotifyTarget, readConfiguration } from '../../src/notify/target.ts';
import { notifyEvent, notifyTargets } from '../../src/operations/notify/notify-targets.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';

const MESSAGE: Message = {
  id: 'id-1',
  at: '2026-11-28T04:00:00.000Z',
  event: 'schedule',
  state: 'different',
  title: 'web: drift: differences found',
  details: ['write-the-page: <!channel> changed'],
  box: 'web',
  document: '/srv/AUTODOCK.md',
  since: '2026-11-28T04:00:00.000Z',
  next: 'runbook replay AUTODOCK.md',
  page: 'https://box.example/page',
};

/** A receiver that keeps what it gets. `answer`: the status, or undefined to never answer. */
async function receiver(answer: (path: string) => number | undefined = () => 200) {
  const got: { path: string; body: string; method: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      got.push({ path, method: request.method ?? '', body: Buffer.concat(chunks).toString() });
      const status = answer(path);
      if (status !== undefined)
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

async function configure({ world }: Scenario, configuration: object): Promise<void> {
  await mkdir(world.folders.person, { recursive: true });
  await writeFile(join(world.folders.person, 'notify.json'), JSON.stringify(configuration), { mode: 0o600 });
}

const SITE = runbook(
  { 'Write the page': '~~~html {"file":"site/index.html"}\n<h1>hello</h1>\n~~~' },
  '\n## Schedule\n\n| What | When | Tell |\n| --- | --- | --- |\n| verify | daily | ops, alive, nobody |\n',
);

describe('a message of a schedule', () => {
  test('is sent on a change of state, not on every run; the heartbeat after success only', async () => {
    const { url, got } = await receiver();
    const scene = await scenario(SITE);
    await configure(scene, {
      targets: {
        ops: { type: 'webhook', url: `${url}/ops` },
        alive: { type: 'heartbeat', url: `${url}/alive` },
      },
    });
    await scene.replay();
    const run = () => scene.run('schedule run', { name: 'verify' });
    await run();
    expect(got.map(({ path }) => path)).toEqual(['/alive']);

    await scene.write('site/index.html', 'changed by hand');
    const { report } = await run();
    expect(report.notified).toEqual(['ops']);
    await run();
    expect(got.map(({ path }) => path)).toEqual(['/alive', '/ops']);
    const { title, details, next, since, text } = JSON.parse(got[1]!.body);
    expect(title).toContain('verify: differences found');
    expect(details.join()).toMatch(/write-the-page.*site\/index\.html/);
    expect(next).toBe('runbook replay AUTODOCK.md');
    expect(text).toContain(since.slice(0, 10));

    await scene.replay();
    await run();
    await run();
    expect(got.map(({ path }) => path)).toEqual(['/alive', '/ops', '/alive', '/ops', '/alive']);
    expect(JSON.parse(got[3]!.body)).toMatchObject({ state: 'ok', details: [] });
  });

  test('of an unreadable configuration stops no run', async () => {
    const scene = await scenario(SITE);
    await configure(scene, { targets: 'x' });
    await scene.replay();
    expect(await scene.run('schedule run', { name: 'verify' })).toMatchObject({ exit: 0 });
    expect(await scene.run('notify test')).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'bad-notifications' }],
    });
  });

  test('goes only to targets of a file that no one else can write', async () => {
    const { url, got } = await receiver();
    const scene = await scenario(SITE);
    await configure(scene, { targets: { ops: { type: 'webhook', url } } });
    await chmod(join(scene.world.folders.person, 'notify.json'), 0o666);
    await scene.run('schedule run', { name: 'verify' });
    expect(got).toEqual([]);
  });
});

describe('notify test', () => {
  test('reports each target, and never a URL', async () => {
    const { url, got } = await receiver((path) => (path === '/ok' ? 200 : path === '/moved' ? 302 : 500));
    const scene = await scenario(SITE);
    const log = scene.path('mail');
    await scene.write('sendmail', `#!/bin/sh\ncat > ${log}\n`);
    await chmod(scene.path('sendmail'), 0o755);
    await configure(scene, {
      targets: {
        good: { type: 'slack', url: `${url}/ok` },
        bad: { type: 'webhook', url: `${url}/token-4711` },
        moved: { type: 'webhook', url: `${url}/moved` },
        mail: { type: 'sendmail', to: 'me@example.org', program: scene.path('sendmail') },
        gone: { type: 'command', command: ['/does/not/exist'] },
      },
    });
    const { exit, report } = await scene.run('notify test');
    expect(exit).toBe(1);
    const failed = Object.fromEntries(
      report.targets.map(({ name, failure }: { name: string; failure?: string }) => [name, failure]),
    );
    expect(failed).toMatchObject({ good: undefined, mail: undefined, bad: expect.stringMatching(/500/) });
    expect(failed.moved).toMatch(/302/);
    expect(failed.gone).toMatch(/127/);
    expect(JSON.stringify(report)).not.toContain('4711');
    expect(got.some(({ path }) => path === '/elsewhere')).toBe(false);
    expect(await scene.read('mail')).toMatch(/^To: me@example.org\nSubject: =\?UTF-8\?B\?/);
  });
});

describe('a request', () => {
  const request = (target: NotifyTarget) =>
    deliveryRequest(target as Parameters<typeof deliveryRequest>[0], MESSAGE);
  const url = 'https://hooks.example/x';

  test('for Slack cannot call everyone', () => {
    expect(request({ type: 'slack', url }).body).toContain('&lt;!channel&gt;');
  });

  test('for Discord mentions no one', () => {
    expect(JSON.parse(request({ type: 'discord', url }).body!)).toMatchObject({
      allowed_mentions: { parse: [] },
    });
  });

  test('for ntfy has the page as its link', () => {
    expect(request({ type: 'ntfy', url }).headers).toMatchObject({ Click: MESSAGE.page, Priority: 'high' });
  });

  test('for Matrix puts the message under its id, so that a repetition is dropped', () => {
    const target = {
      type: 'matrix',
      homeserver: 'https://m.example/',
      room: '!a:m.example',
      token: 't',
    } as const;
    expect(request(target)).toMatchObject({
      method: 'PUT',
      url: 'https://m.example/_matrix/client/v3/rooms/!a%3Am.example/send/m.room.message/id-1',
      headers: { Authorization: 'Bearer t' },
    });
  });
});

describe('the configuration', () => {
  test.each([
    ['not json', 'not JSON'],
    ['{"targets":{"a":{"type":"slack","url":"file:///etc/passwd"}}}', 'http or https'],
    ['{"targets":{"a":{"type":"slak","url":"https://x.example"}}}', 'targets.a'],
    ['{"targets":{},"events":{"escalation":["ops"]}}', 'the target "ops" does not exist'],
  ])('refuses %s', (text, words) => {
    expect(readConfiguration(text)).toMatchObject({ problem: expect.stringContaining(words) });
  });
});

describe('the outbox', () => {
  test('retries with a growing pause, then gives up', async () => {
    const { world } = await scenario(SITE);
    const stateFolder = world.folders.person;
    enqueue(stateFolder, { target: 'ops', message: MESSAGE, tries: 0 });
    const pauses: number[] = [];
    const result = await deliver({
      stateFolder,
      patienceMs: Number.POSITIVE_INFINITY,
      send: async () => 'refused',
      lock: () => () => {},
      wait: async (ms) => void pauses.push(ms),
    });
    expect(result).toEqual({ delivered: 0, waiting: 0, dropped: ['ops: refused'] });
    expect(pauses).toEqual(Array.from({ length: MOST_TRIES - 1 }, (_, at) => 5_000 * 2 ** at));
    expect(await readdir(queueFolder(stateFolder, 'ops'))).toEqual([]);
  });

  test('keeps what is not delivered for the next run', async () => {
    const { world } = await scenario(SITE);
    const stateFolder = world.folders.person;
    enqueue(stateFolder, { target: 'ops', message: MESSAGE, tries: 0 });
    const once = { stateFolder, patienceMs: 0, lock: () => () => {}, wait: async () => {} };
    expect(await deliver({ ...once, send: async () => 'refused' })).toMatchObject({ waiting: 1 });
    expect(await deliver({ ...once, send: async () => undefined })).toMatchObject({
      delivered: 1,
      waiting: 0,
    });
  });

  test('a receiver that hangs holds up only its own messages', async () => {
    const { world } = await scenario(SITE);
    const stateFolder = world.folders.person;
    for (const target of ['hangs', 'works']) enqueue(stateFolder, { target, message: MESSAGE, tries: 0 });
    let release = () => {};
    const hanging = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sent: string[] = [];
    const whole = deliver({
      stateFolder,
      patienceMs: 0,
      lock: () => () => {},
      wait: async () => {},
      send: async (target) => {
        if (target === 'hangs') await hanging;
        sent.push(target);
        if (target === 'works') release();
        return undefined;
      },
    });
    expect(await whole).toMatchObject({ delivered: 2 });
    expect(sent).toEqual(['works', 'hangs']);
  });

  test('two processes never send the same message, and the first also sends what came meanwhile', async () => {
    const { url, got } = await receiver();
    const scene = await scenario(SITE);
    await configure(scene, { targets: { ops: { type: 'webhook', url } } });
    const put = (id: string) =>
      enqueue(scene.world.folders.person, { target: 'ops', message: { ...MESSAGE, id }, tries: 0 });
    for (const id of ['a', 'b', 'c']) put(id);
    const both = Promise.all([scene.run('notify deliver'), scene.run('notify deliver', { target: 'ops' })]);
    put('d');
    const delivered = (await both).map(({ report }) => report.delivered);
    expect(delivered.reduce((sum, each) => sum + each, 0)).toBe(4);
    expect(got.map(({ body }) => JSON.parse(body).id)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('a process that runs for days starts a delivery for each message that comes later', async () => {
    const scene = await scenario(SITE);
    await configure(scene, {
      targets: { ops: { type: 'webhook', url: 'http://127.0.0.1:9' } },
      events: { escalation: ['ops'] },
    });
    // Replaces the engine: it writes down its arguments.
    await scene.write(
      'engine.cjs',
      `require('fs').appendFileSync(__dirname + '/started', process.argv[4] + ' ')`,
    );
    const { 1: own } = process.argv;
    process.argv[1] = scene.path('engine.cjs');
    onTestFinished(() => {
      process.argv[1] = own!;
    });
    const { id: _id, at: _at, event: _event, ...news } = MESSAGE;
    const started = () => scene.read('started').catch(() => '');
    notifyEvent(scene.world, 'escalation', news);
    await expect.poll(started, { timeout: 20_000 }).toBe('ops ');
    notifyEvent(scene.world, 'escalation', news);
    await expect.poll(started, { timeout: 20_000 }).toBe('ops ops ');
  });

  test('keeps the lines of a message short enough for a chat server', () => {
    const text = messageText({ ...MESSAGE, details: ['x'.repeat(100_000)] });
    expect(text.length).toBeLessThan(1_000);
    expect(text).toContain('next: runbook replay AUTODOCK.md');
  });

  test('takes a thousand messages without asking a receiver', async () => {
    const { url, got } = await receiver(() => undefined);
    const scene = await scenario(SITE);
    await configure(scene, { targets: { ops: { type: 'webhook', url } } });
    const { id: _id, at: _at, ...news } = MESSAGE;
    for (let at = 0; at < 1_000; at++) expect(notifyTargets(scene.world, ['ops'], news)).toEqual(['ops']);
    expect(got).toEqual([]);
    expect(await readdir(queueFolder(scene.world.folders.person, 'ops'))).toHaveLength(1_000);
  });
});
