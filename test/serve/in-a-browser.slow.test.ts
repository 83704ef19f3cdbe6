import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startRecord } from '../../src/journal/passes/pass-recorder.ts';
import { clients } from '../mcp/support/clients.ts';
import { CHROMIUM, launch, screenshot, seriousViolations, signedIn } from './support/browser.ts';
import { type Served, serveExample } from './support/served.ts';

if (!CHROMIUM)
  console.warn('SKIPPED: the served page in a browser: Chromium is not installed (apt-get install chromium)');

const EMPTY = '---\nrunbook: 1\nname: site\n---\n\n# Site\n';
const step = (title: string, bash: string) => `### ${title}\n\n\`\`\`bash\n${bash}\n\`\`\`\n\n`;
const runbookOf = (...steps: string[]) => `${EMPTY}\n## Steps\n\n${steps.join('')}`;

/** A first-steps example that was replayed. */
async function proven(): Promise<Served> {
  const served = await serveExample('first-steps', { env: { PORT: '18096' } });
  await served.runbook('replay', '--yes');
  onTestFinished(async () => void (await served.runbook('undo', '--yes')));
  return served;
}

/** A coding agent's client that can open addresses: it says yes to every offer. */
async function agentOf({ folder, env }: Served) {
  const offers: { url?: string }[] = [];
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const bin = join(import.meta.dirname, '../../dist/bin.js');
  const client = await clients[0].open(
    { command: 'env', args: ['-C', folder, ...words, process.execPath, bin, 'mcp'] },
    {
      urls: true,
      person: async (offer) => {
        offers.push(offer);
        return { action: 'accept' };
      },
    },
  );
  return { client, offers };
}

/** A failed pass on another box, as its process records it. */
async function recordOn({ folder }: Served, box: string) {
  const by = { kind: 'schedule', name: 'nightly' } as const;
  const head = {
    verb: 'replay',
    file: 'AUTODOCK.md',
    name: 'first-steps',
    box,
    document: 'abc',
    by,
    version: '1',
  };
  const record = await startRecord(folder, head, Date.now);
  const started = { at: '', step: 'make-the-site-folder', title: 'Make the site folder' };
  record.record({ type: 'step-started', ...started, reason: 'new' });
  const failure = {
    ...{
      kind: 'exit',
      message: 'the folder is missing',
      remedy: '',
      outputTail: '',
      checks: [],
      knownProblems: [],
    },
    place: { file: 'AUTODOCK.md', line: 1, column: 1 },
  };
  const outcome = { kind: 'failed', reason: 'new', ms: 20, failure, fixes: [] } as const;
  record.record({ type: 'step-finished', ...started, outcome });
  await record.end('failed');
}

const draft = { title: 'Greet', run: 'echo hello > greeting', verify: ['file greeting exists'] };

describe.skipIf(!CHROMIUM)('the served page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test('shows a proven example, and follows a pass that starts later', async () => {
    const served = await serveExample('first-steps', { env: { PORT: '18097' } });
    const page = await signedIn(browser, served);
    await page.getByText('0 of 4 confirmed here').waitFor();
    await served.runbook('replay', '--yes');
    onTestFinished(async () => void (await served.runbook('undo', '--yes')));
    await page.getByText('4 of 4 confirmed here').waitFor();
    await page.getByText('replay, done').waitFor();
    expect(await page.getByRole('heading', { name: 'First steps' }).isVisible()).toBe(true);
    await screenshot(page, 'document');
    expect(await seriousViolations(page)).toEqual([]);
  });

  test('follows the log of a running pass', async () => {
    const text = runbookOf(
      step('Begin', 'echo the beginning'),
      step('Wait', 'echo it waits\nuntil [ -e go ]; do sleep 0.1; done\necho it went on'),
      step('Finish', 'echo the last step\nuntil [ -e end ]; do sleep 0.1; done\necho the end'),
    );
    const served = await serveExample({ text });
    const page = await signedIn(browser, served);
    await page.getByRole('link', { name: 'Passes' }).click();
    const running = served.runbook('replay', '--yes');
    await page.getByRole('cell', { name: 'running', exact: true }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('link', { name: /UTC/ }).click();
    const log = page.getByLabel('Output', { exact: true });
    await log.getByText('it waits').waitFor();
    await screenshot(page, 'pass-running');
    await writeFile(join(served.folder, 'go'), '');
    await log.getByText('the last step').waitFor();
    expect(await log.textContent()).toBe(
      '== begin\nthe beginning\n== wait\nit waits\nit went on\n== finish\nthe last step\n',
    );
    // A page that lost its connection meanwhile shows what it missed.
    await page.route('**/events', (route) => route.abort());
    await page.reload();
    await page.getByText('The connection is lost.').waitFor();
    await writeFile(join(served.folder, 'end'), '');
    await running;
    expect(await log.getByText('the end').isVisible()).toBe(false);
    await page.unroute('**/events');
    await page.locator('#summary').getByText('done').waitFor();
    await log.getByText('the end').waitFor();
    // Every line is there once.
    expect(await log.textContent()).toBe(
      '== begin\nthe beginning\n== wait\nit waits\nit went on\n== finish\nthe last step\nthe end\n',
    );
    expect(await seriousViolations(page)).toEqual([]);
  });

  test('searches 100,000 lines', async () => {
    const served = await serveExample({
      text: runbookOf(step('Count', 'seq 60000\necho a needle\nseq 60001 99999')),
    });
    await served.runbook('replay', '--yes');
    const page = await signedIn(browser, served);
    await page.getByRole('link', { name: 'Passes' }).click();
    await page.getByRole('link', { name: /UTC/ }).click();
    await page.getByText('of 100001').waitFor();
    await page.getByRole('searchbox').fill('needle');
    const began = performance.now();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('1 of 100001 lines contain “needle”.').waitFor();
    console.info(`search of 100,000 lines in a browser: ${Math.round(performance.now() - began)} ms`);
    await screenshot(page, 'log-search');
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('link', { name: '60002' }).click();
    await page.getByLabel('Output', { exact: true }).getByText('a needle').waitFor();
  });

  test('approves a draft, and the call that waits goes on', async () => {
    const served = await serveExample({ text: EMPTY });
    const page = await signedIn(browser, served);
    const { client, offers } = await agentOf(served);
    const answer = client.call('apply_step', { draft, wait_s: 45 });
    await page.getByRole('link', { name: 'Approvals (1 waiting)' }).click();
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'greet' }).click();
    expect(await page.getByLabel('Everything that would run').textContent()).toContain(
      'echo hello > greeting',
    );
    expect(await seriousViolations(page)).toEqual([]);
    await page.waitForTimeout(1_500);
    await page.getByRole('button', { name: 'Approve once' }).click();
    await page.getByText('Approved.').waitFor();
    expect((await answer).structuredContent.status).toBe('succeeded');
    expect(offers).toHaveLength(1);
    expect(offers[0]?.url).toBe(page.url());
    const revision = { ...draft, run: `${draft.run}\nchmod 600 greeting` };
    await client.call('apply_step', { step: 'greet', draft: revision, wait_s: 0 });
    await page.goto(offers[1]!.url!);
    await page.getByLabel('Changes').getByText('+chmod 600 greeting').waitFor();
    await screenshot(page, 'approval');
    expect(await seriousViolations(page)).toEqual([]);
  });

  test('refuses a draft with a reason, by keyboard alone', async () => {
    const served = await serveExample({ text: EMPTY });
    const page = await signedIn(browser, served);
    const { client, offers } = await agentOf(served);
    const answer = client.call('apply_step', { draft, wait_s: 45 });
    await expect.poll(() => offers.length, { timeout: 20_000 }).toBe(1);
    await page.goto(offers[0]!.url!);
    await page.getByRole('textbox').focus();
    await page.keyboard.type('use the folder site');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Refuse');
    await page.keyboard.press('Enter');
    await page.getByText('Refused: use the folder site').waitFor();
    await screenshot(page, 'refused');
    expect((await answer).structuredContent.approval).toMatchObject({ reason: 'use the folder site' });
  });

  test('compares two boxes, and shows them as a matrix', async () => {
    const served = await proven();
    const page = await signedIn(browser, served);
    await page.getByRole('link', { name: 'Boxes' }).click();
    expect(await page.getByRole('columnheader', { name: 'Start the server' }).isVisible()).toBe(true);
    expect(await seriousViolations(page)).toEqual([]);
    await recordOn(served, 'staging');
    // The matrix fills in while it is open.
    await page.getByRole('rowheader', { name: 'staging' }).waitFor();
    await screenshot(page, 'boxes');
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.getByLabel('Left').selectOption('box:staging');
    const { name } = await served.world.identify();
    await page.getByLabel('Right').selectOption(`box:${name}`);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('4 of 4 steps differ.').waitFor();
    expect(await page.getByText('the folder is missing').isVisible()).toBe(true);
    await screenshot(page, 'compare');
    expect(await seriousViolations(page)).toEqual([]);
  });

  test('reads without JavaScript, and on a phone', async () => {
    const served = await proven();
    const page = await signedIn(browser, served, {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 800 },
    });
    for (const name of ['Document', 'Passes', 'Boxes', 'Compare', 'Questions', 'Approvals']) {
      await page
        .getByRole('navigation', { name: 'Pages' })
        .getByRole('link', { name, exact: name !== 'Approvals' })
        .click();
      const { scroll, inner } = await widths(served, page.url());
      expect({ name, fits: scroll <= inner }).toEqual({ name, fits: true });
    }
    await page.getByRole('link', { name: 'Passes' }).click();
    await page.getByRole('link', { name: /UTC/ }).first().click();
    await page.getByRole('searchbox').fill('no such text');
    await page.keyboard.press('Enter');
    await page.getByText(/0 of \d+ lines contain/).waitFor();
  });

  /** Widths are measured by script, so with JavaScript on. */
  async function widths(served: Served, url: string) {
    const page = await signedIn(browser, served, { viewport: { width: 390, height: 800 } });
    await page.goto(url);
    if (url.endsWith('/passes')) await screenshot(page, 'phone');
    const found = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    await page.context().close();
    return found;
  }

  test('a question with its dossier', async () => {
    const served = await serveExample({
      text: `${EMPTY}\n## Open questions\n\n### Which host\n\n**Ask** the owner.\n`,
    });
    const page = await signedIn(browser, served);
    await page.getByRole('link', { name: 'Questions', exact: true }).click();
    await page.getByRole('heading', { name: 'Which host' }).waitFor();
    await screenshot(page, 'questions');
    expect(await seriousViolations(page)).toEqual([]);
  });
});
