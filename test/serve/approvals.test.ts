import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { agentIn } from '../operations/agent/agent.ts';
import { type Served, serveExample } from './support/served.ts';

const DOCUMENT = '---\nrunbook: 1\nname: site\n---\n\n# Site\n';
const draft = (run: string) => ({ title: 'Make a file', run, verify: ['file made exists'] });

/** A browser that has signed in: reads pages, and sends forms as a browser does. */
async function browserOf(served: Served) {
  const cookie = await served.signIn();
  const get = async (path: string) =>
    await (await fetch(`${served.url}${path}`, { headers: { cookie } })).text();
  const fieldOf = (html: string, name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const send = async (path: string, fields: Record<string, string>) =>
    await fetch(`${served.url}${path}`, {
      method: 'POST',
      headers: { cookie, origin: served.url },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
  const decide = async (path: string, fields: Record<string, string>, readMs = 0) => {
    const html = await get(path);
    await new Promise((resolve) => setTimeout(resolve, readMs));
    return await send(path, { token: fieldOf(html, 'token'), shown: fieldOf(html, 'shown'), ...fields });
  };
  return { get, send, decide };
}

/** An agent whose client has no dialog, next to a served page. */
async function opened() {
  const served = await serveExample({ text: DOCUMENT });
  const agent = agentIn(served.world, {
    trust: 'guarded',
    answer: ({ page }) => (page?.isRepeated ? 'on-page' : 'nobody-asked'),
  });
  return { served, agent, browser: await browserOf(served) };
}

/** Longer than it takes to read a short script. */
const READING = 2_500;

describe('a step that an agent asks to run', () => {
  test('waits on the page, is approved there, and the call that waits goes on', async () => {
    const { served, agent, browser } = await opened();
    const asked = await agent.call('apply_step', { draft: draft('touch made') });
    expect(asked.status).toBe('needs_approval');
    expect(asked.approval.url).toMatch(new RegExp(`^${served.url}/approvals/[0-9a-f]{64}$`));
    const path = new URL(asked.approval.url).pathname;
    expect(await browser.get('/approvals')).toContain('make-a-file');
    expect(await browser.get(path)).toContain('touch made');
    const waiting = agent.call('apply_step', { draft: draft('touch made'), wait_s: 30 });
    const answer = await browser.decide(path, { answer: 'once' }, READING);
    expect(answer.status).toBe(303);
    expect((await waiting).status).toBe('succeeded');
    expect(await browser.get(path)).toContain('Approved.');
    // Once is once.
    expect(
      (await agent.call('apply_step', { step: 'make-a-file', draft: draft('touch made; true') })).status,
    ).toBe('needs_approval');
    await agent.leave();
  });

  test('is refused with a reason that the agent reads, and that stays', async () => {
    const { agent, browser } = await opened();
    const asked = await agent.call('apply_step', { draft: draft('touch made') });
    const path = new URL(asked.approval.url).pathname;
    const waiting = agent.call('apply_step', { draft: draft('touch made'), wait_s: 30 });
    await browser.decide(path, { answer: 'refuse', reason: 'use another folder' });
    for (const each of [await waiting, await agent.call('apply_step', { draft: draft('touch made') })]) {
      expect(each.status).toBe('needs_approval');
      expect(each.approval).toMatchObject({ answer: 'no', reason: 'use another folder' });
      expect(each.next).toContain('use another folder');
    }
    await agent.leave();
  });

  test('shows what changed since the last approval', async () => {
    const { agent, browser } = await opened();
    const first = await agent.call('apply_step', { draft: draft('touch made') });
    await browser.decide(new URL(first.approval.url).pathname, { answer: 'project' }, READING);
    await agent.call('apply_step', { draft: draft('touch made') });
    const second = await agent.call('apply_step', {
      step: 'make-a-file',
      draft: draft('touch made\nrm -rf x'),
    });
    const html = await browser.get(new URL(second.approval.url).pathname);
    expect(html).toContain('<span class="added">+rm -rf x');
    await agent.leave();
  });

  test('an answer faster than reading, or to something else than what was shown, does not count', async () => {
    const { served, agent, browser } = await opened();
    const asked = await agent.call('apply_step', { draft: draft('bash script.sh; touch made') });
    const path = new URL(asked.approval.url).pathname;
    const fast = await browser.decide(path, { answer: 'once' });
    expect(fast.status).toBe(409);
    expect(await fast.text()).toContain('faster than a person can read');
    const changing = browser.decide(path, { answer: 'once' }, READING);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await writeFile(join(served.folder, 'script.sh'), 'echo other\n');
    expect(await (await changing).text()).toContain('changed while you read');
    const again = await agent.call('apply_step', { draft: draft('bash script.sh; touch made'), wait_s: 0 });
    expect(again.status).toBe('needs_approval');
    await agent.leave();
  });
});

test('a replay that an agent asks for is approved on the page', async () => {
  const text = `${DOCUMENT}\n## Steps\n\n### Make\n\n\`\`\`bash\ntouch made\n\`\`\`\n\nVerify:\n\n\`\`\`check\nfile made exists\n\`\`\`\n`;
  const served = await serveExample({ text });
  const agent = agentIn(served.world, {
    trust: 'guarded',
    answer: ({ page }) => (page?.isRepeated ? 'on-page' : 'nobody-asked'),
  });
  const browser = await browserOf(served);
  const asked = await agent.call('replay');
  expect(asked.status).toBe('needs_approval');
  const path = new URL(asked.approval.url).pathname;
  const waiting = agent.call('replay', { wait_s: 30 });
  expect((await browser.decide(path, { answer: 'project' }, READING)).status).toBe(303);
  expect((await waiting).status).toBe('done');
  expect(await browser.get('/')).toContain('1 of 1 confirmed here');
  await agent.leave();
});
