import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startRecord } from '../../src/journal/passes/pass-recorder.ts';
import { agentIn } from '../operations/agent/agent.ts';
import { type Served, serveExample } from '../serve/support/served.ts';

const DOCUMENT = '---\nrunbook: 1\nname: site\n---\n\n# Site\n';
const draft = { title: 'Take over', run: 'touch taken', verify: ['file taken exists'] };

type Headers = Record<string, string>;

/** One raw request: fetch would not send a foreign Host. */
function send(
  served: Served,
  path: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Headers; body?: string } = {},
): Promise<{ status: number; text: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${served.url}${path}`, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
      );
    });
    asked.on('error', reject).end(body);
  });
}

/** A page with a question of an agent, and a person who has signed in. */
async function asked() {
  const served = await serveExample({ text: DOCUMENT });
  const agent = agentIn(served.world, { trust: 'guarded', answer: () => 'nobody-asked' });
  const answer = await agent.call('apply_step', { draft });
  const cookie = await served.signIn();
  const path = new URL(answer.approval.url).pathname;
  const html = (await send(served, path, { headers: { cookie } })).text;
  const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const form = { token: field('token'), shown: field('shown'), answer: 'project' };
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const post = (fields: Record<string, string>, headers: Headers) =>
    send(served, path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(fields).toString(),
    });
  const isWaiting = async () =>
    (await agent.call('apply_step', { draft, wait_s: 0 })).status === 'needs_approval';
  return { served, agent, answer, cookie, path, form, post, isWaiting };
}

describe('a hostile page in the person’s browser', () => {
  test('that rebinds its name to this machine gets nothing', async () => {
    const { served, cookie, form, post, isWaiting } = await asked();
    for (const host of [
      'evil.example',
      `evil.example:${new URL(served.url).port}`,
      '127.0.0.1',
      '[::1]:1',
      'localhost.evil.example',
    ]) {
      const page = await send(served, '/', { headers: { cookie, host } });
      expect([page.status, page.text.includes('Site')]).toEqual([421, false]);
      expect((await post(form, { cookie, host, origin: `http://${host}` })).status).toBe(421);
    }
    expect(await isWaiting()).toBe(true);
  });

  test('cannot send the person’s decision, with any origin', async () => {
    const { served, cookie, form, post, isWaiting } = await asked();
    const origins = [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      'https://127.0.0.1',
      'http://localhost',
      '',
    ];
    for (const origin of origins) expect((await post(form, { cookie, origin })).status, origin).toBe(403);
    expect((await post(form, { cookie })).status, 'no origin').toBe(403);
    for (const site of ['cross-site', 'same-site'])
      expect((await post(form, { cookie, origin: served.url, 'sec-fetch-site': site })).status).toBe(403);
    expect(await isWaiting()).toBe(true);
  });

  test('cannot load parts of the page, or frame it', async () => {
    const { served, cookie } = await asked();
    for (const path of ['/', '/events', '/passes'])
      for (const site of ['cross-site', 'same-site'])
        expect(
          (
            await send(served, path, {
              headers: { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' },
            })
          ).status,
        ).toBe(403);
    const { headers } = await send(served, '/', { headers: { cookie } });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  test('cannot use the sign-in to redirect the person to another site', async () => {
    const served = await serveExample({ text: DOCUMENT });
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/a\r\nSet-Cookie: x=y',
    ]) {
      const link = new URL(await served.newLink());
      const { status, headers } = await send(
        served,
        `${link.pathname}${link.search}&next=${encodeURIComponent(next)}`,
      );
      expect([status, headers.location]).toEqual([303, '/']);
    }
  });
});

describe('a form', () => {
  test('without its token, with another session’s, or for another question does not count', async () => {
    const { served, agent, cookie, form, post, isWaiting } = await asked();
    const own = { cookie, origin: served.url };
    const other = await served.signIn();
    const attempts: [Record<string, string>, Headers][] = [
      [{ ...form, token: '' }, own],
      [{ ...form, token: 'x'.repeat(43) }, own],
      [{ ...form, shown: '' }, own],
      [{ ...form, shown: 'AAAAAAAAAAAAAAAAAAAAAA' }, own],
      [form, { cookie: other, origin: served.url }],
      [form, { origin: served.url }],
      [form, { cookie: `${cookie}x`, origin: served.url }],
      [{ ...form, answer: 'always' }, own],
    ];
    for (const [fields, headers] of attempts)
      expect((await post(fields, headers)).status).toBeGreaterThanOrEqual(400);
    expect(await isWaiting()).toBe(true);
    // The same form with everything right counts: the attempts above failed for what they lacked.
    expect((await post(form, own)).status).toBe(303);
    expect((await post(form, own)).status, 'again').toBe(409);
    expect((await agent.call('apply_step', { draft })).status).toBe('succeeded');
    await agent.leave();
  });

  test('of any size and method ends in an answer', async () => {
    const { served, cookie, path, isWaiting } = await asked();
    const headers = { cookie, origin: served.url };
    const large = await send(served, path, { method: 'POST', headers, body: 'a'.repeat(1_000_000) }).catch(
      () => ({ status: 413 }),
    );
    expect(large.status).toBeGreaterThanOrEqual(400);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH'])
      expect((await send(served, path, { method, headers })).status).toBe(405);
    expect(await isWaiting()).toBe(true);
  });
});

describe('an agent with its tools, and with every file of the state folders', () => {
  test('finds no code, cookie or token: not in answers, nor on disk', async () => {
    const { served, agent, answer, cookie, form } = await asked();
    const code = new URL(await served.newLink()).searchParams.get('code')!;
    const secrets = [code, cookie.split('=')[1]!, form.token, form.shown];
    const answers = [
      answer,
      await agent.call('apply_step', { draft, wait_s: 0 }),
      await agent.call('replay').catch(String),
    ];
    const files = [served.folder, served.env.RUNBOOK_STATE!, served.env.RUNBOOK_BOX_STATE!].flatMap(filesIn);
    expect(files.some((path) => path.endsWith('pages.jsonl'))).toBe(true);
    const all = [JSON.stringify(answers), ...files.map((path) => readFileSync(path, 'utf8'))].join('\n');
    for (const secret of secrets) expect(all.includes(secret)).toBe(false);
  });

  test('cannot use the address that it knows, or guess a code', async () => {
    const { served, path, form, post, isWaiting } = await asked();
    expect((await send(served, path)).status).toBe(401);
    expect((await post(form, { origin: served.url })).status).toBe(401);
    for (const code of ['', '0', 'AAAAAAAAAAAAAAAAAAAAAA', '../', 'x'.repeat(10_000)])
      expect((await send(served, `/sign-in?code=${encodeURIComponent(code)}`)).status).toBe(403);
    expect(await isWaiting()).toBe(true);
  });

  test('cannot use a code that the person used, replaced, or left too long', async () => {
    const served = await serveExample({ text: DOCUMENT });
    const first = await served.newLink();
    await fetch(first, { redirect: 'manual' });
    expect((await fetch(first, { redirect: 'manual' })).status).toBe(403);
    const second = await served.newLink();
    const third = await served.newLink();
    expect((await fetch(second, { redirect: 'manual' })).status).toBe(403);
    expect((await fetch(third, { redirect: 'manual' })).status).toBe(303);
  });

  test('cannot start a page that shows it a code: without a terminal nothing is served', async () => {
    const served = await serveExample({ text: DOCUMENT });
    const { exitCode, stdout, stderr } = await served.runbook('serve', '--port', '0');
    expect([exitCode, stdout]).toEqual([3, '']);
    expect(stderr).toContain('none is attached');
    expect(stderr).not.toContain('code=');
  });

  test('cannot have its own words shown as what would run', async () => {
    const served = await serveExample({ text: DOCUMENT });
    const agent = agentIn(served.world, { trust: 'guarded', answer: () => 'nobody-asked' });
    const why = 'The person already approved this. Press Approve.';
    const answer = await agent.call('apply_step', {
      draft: { ...draft, title: 'Safe\u202e step', why, run: 'touch a\u202e\u001b[8m; touch taken' },
    });
    const cookie = await served.signIn();
    const { text } = await send(served, new URL(answer.approval.url).pathname, { headers: { cookie } });
    expect(text).not.toContain(why);
    expect(text).toContain('touch a\\u{202e}\\u{1b}[8m; touch taken');
    expect(text).not.toMatch(/[\u202e\u001b]/);
  });
});

test('output and names of passes are inert, whatever they hold', async () => {
  const served = await serveExample({ text: DOCUMENT });
  const cookie = await served.signIn();
  const hostile =
    '<script>alert(1)</script><img src=x onerror=alert(1)>"\'></pre></textarea>\u202e\u001b]8;;javascript:alert(1)\u0007';
  const by = { kind: 'agent', name: hostile } as const;
  const head = {
    verb: 'replay',
    file: 'AUTODOCK.md',
    name: hostile,
    box: hostile,
    document: hostile,
    by,
    version: '1',
  };
  const pass = await startRecord(served.folder, head, Date.now);
  pass.record({ type: 'step-started', at: '', step: hostile, title: hostile, reason: 'new' });
  pass.record({ type: 'output', step: hostile, text: `${hostile}\n${'x'.repeat(10_000_000)}\n` });
  await pass.end('done');
  const paths = [
    '/passes',
    '/fleet',
    `/compare?a=${pass.id}&b=${pass.id}`,
    `/passes/${pass.id}`,
    `/passes/${pass.id}?q=%3Cscript%3E&step=${encodeURIComponent(hostile)}`,
    `/passes/${pass.id}?from=-5`,
  ];
  for (const path of paths) {
    const { status, text } = await send(served, path, { headers: { cookie } });
    expect([path, status]).toEqual([path, 200]);
    const body = text.slice(text.indexOf('<body>'), text.lastIndexOf('</body>'));
    // Every tag with its quoted attributes; what is between them may begin no element.
    const tags = /<\/?([a-z][a-z0-9]*)(?:\s+[\w-]+(?:="[^"]*")?)*\s*>/gi;
    const names = [...body.matchAll(tags)].map(([, name]) => name);
    expect(names, path).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(script|img|iframe|object|style|base|meta)$/)]),
    );
    expect(body.replace(tags, ''), path).not.toContain('<');
    expect(body, path).not.toMatch(/[\u001b\u202e]/);
    expect(body.length, path).toBeLessThan(200_000);
  }
});

/** Every file below a folder. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((each) =>
    each.isFile() ? [join(each.parentPath, each.name)] : [],
  );
}
