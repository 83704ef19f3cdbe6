import { request, type ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { startRecord } from '../../src/journal/passes/pass-recorder.ts';
import { EventStreams } from '../../src/serve/event-streams.ts';
import { type Served, serveExample } from './support/served.ts';

const get = (served: Served, path: string, headers: Record<string, string>) =>
  fetch(`${served.url}${path}`, { headers, redirect: 'manual' });

/** A record as another process writes it. */
const startPass = (folder: string) =>
  startRecord(
    folder,
    {
      ...{ verb: 'replay', file: 'AUTODOCK.md', name: 'first-steps', box: 'here', document: 'abc' },
      by: { kind: 'person', name: 'me' },
      version: '0.0.0',
    },
    Date.now,
  );

/** Reads server-sent events until one fits. */
async function readEvents(
  served: Served,
  cookie: string,
  until: (text: string) => boolean,
  connected: () => void = () => {},
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const asked = request(`${served.url}/events`, { headers: { cookie } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (text === '') connected();
        text += chunk;
        if (!until(text)) return;
        asked.destroy();
        resolve(text);
      });
    });
    asked.on('error', reject).end();
  });
}

test('the document needs a code, which works once', async () => {
  const served = await serveExample();
  expect((await get(served, '/', {})).status).toBe(401);
  const link = await served.newLink();
  const first = await fetch(link, { redirect: 'manual' });
  expect(first.status).toBe(303);
  expect(first.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(403);
  const cookie = first.headers.get('set-cookie')!.split(';')[0]!;
  const page = await get(served, '/', { cookie });
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('0 of 4 confirmed here');
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
});

describe('a pass that another process writes', () => {
  test('reaches an open page line by line, with the numbers of the lines', async () => {
    const served = await serveExample();
    const cookie = await served.signIn();
    let started: () => void = () => {};
    const connected = new Promise<void>((resolve) => {
      started = resolve;
    });
    const reading = readEvents(served, cookie, (text) => text.includes('first line'), started);
    await connected;
    const pass = await startPass(served.folder);
    pass.record({ type: 'step-started', at: '', step: 'one', title: 'One', reason: 'new' });
    pass.record({ type: 'output', step: 'one', text: 'first line\n' });
    const text = await reading;
    expect(text).toContain('one runs.');
    const lines = text.match(/^data: \{.+$/gm)!.map((each) => JSON.parse(each.slice('data: '.length)));
    const output = lines.filter(({ type }) => type === 'output');
    expect(output.map((each) => each.text).join('')).toBe('== one\nfirst line\n');
    // Each continues the one before: a page knows by it whether it missed something.
    expect(output[0]).toMatchObject({ pass: pass.id, from: 1 });
    expect(output.at(-1)).toMatchObject({ at: 2 });
    await pass.end('done');
  });

  test('is listed, shown with its log, and compared with another', async () => {
    const served = await serveExample();
    const cookie = await served.signIn();
    const pass = await startPass(served.folder);
    pass.record({ type: 'step-started', at: '', step: 'one', title: 'One', reason: 'new' });
    pass.record({ type: 'output', step: 'one', text: '\u001b[31m<b>red</b>\n' });
    expect(await (await get(served, '/passes', { cookie })).text()).toContain('running');
    await pass.end('failed');
    const page = await (await get(served, `/passes/${pass.id}`, { cookie })).text();
    expect(page).toContain('&#x3C;b>red&#x3C;/b>');
    expect(page).not.toContain('\u001b');
    const compared = await get(served, `/compare?a=${pass.id}&b=box:here`, { cookie });
    expect(await compared.text()).toContain('0 of 1 steps differ.');
    expect((await get(served, '/passes/unknown', { cookie })).status).toBe(404);
  });

  test('of a thousand steps fits on the list, and its failures are on its page', async () => {
    const served = await serveExample();
    const cookie = await served.signIn();
    const pass = await startPass(served.folder);
    const place = { file: 'AUTODOCK.md', line: 1, column: 1 };
    const failure = {
      kind: 'exit',
      message: 'exit code 3',
      remedy: '',
      outputTail: '',
      checks: [],
      knownProblems: [],
      place,
    };
    for (let index = 0; index < 1000; index += 1) {
      const outcome = {
        ...(index < 500 ? { kind: 'skipped', reason: 'confirmed', ms: 1, checks: [], detail: '' } : {}),
        ...(index === 500 ? { kind: 'failed', reason: 'new', ms: 1, failure, fixes: [] } : {}),
        ...(index > 500 ? { kind: 'not-reached', because: 's500 has failed' } : {}),
      } as never;
      pass.record({ type: 'step-finished', at: '', step: `s${index}`, title: `Step ${index}`, outcome });
    }
    await pass.end('failed');
    const list = await (await get(served, '/passes', { cookie })).text();
    expect(list).toContain('500 skipped, 1 failed, 499 not-reached');
    expect(list.length).toBeLessThan(40_000);
    const page = await (await get(served, `/passes/${pass.id}`, { cookie })).text();
    expect(page).toContain('exit code 3');
    expect(page).not.toContain('s500 has failed');
  });
});

test('disconnects a reader who does not read, and no other; limits open pages', () => {
  const streams = new EventStreams();
  const reader = (takes: boolean) =>
    new Writable({ write: (_chunk, _encoding, done) => void (takes && done()) }) as unknown as ServerResponse;
  const [slow, quick] = [reader(false), reader(true)];
  for (const each of [slow, quick]) expect(streams.add(each)).toBe(true);
  for (let sent = 0; sent < 5; sent++) streams.send('x'.repeat(64 * 1024));
  expect([slow.destroyed, quick.destroyed]).toEqual([true, false]);
  const added = Array.from({ length: 300 }, () => streams.add(reader(true)));
  expect(added.filter(Boolean).length).toBeLessThanOrEqual(256);
  streams.close();
});
