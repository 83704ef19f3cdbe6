import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { CHROMIUM, launch, seriousViolations } from '../serve/support/browser.ts';
import { copyExample } from '../support/copy-example.ts';

const ROOT = join(import.meta.dirname, '../..');
if (!CHROMIUM)
  console.warn('SKIPPED: the page in a browser: Chromium is not installed (apt-get install chromium)');

describe.skipIf(!CHROMIUM)('the page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  /** The page of a replayed example, opened. */
  async function opened(
    options: { width?: number; javaScriptEnabled?: boolean; colorScheme?: 'dark' | 'light' } = {},
  ): Promise<Page> {
    const root = await mkdtemp(join(tmpdir(), 'runbook-page-'));
    const folder = join(root, 'first-steps');
    copyExample('first-steps', folder);
    const env = { RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box'), PORT: '18095' };
    const runbook = (...args: string[]) =>
      execa(process.execPath, [join(ROOT, 'dist/bin.js'), ...args], { cwd: folder, env, stdin: 'ignore' });
    onTestFinished(async () => {
      await runbook('undo', '--yes');
      await rm(root, { recursive: true, force: true });
    });
    await runbook('replay', '--yes');
    await runbook('page');
    const { width = 1280, ...context } = options;
    const page = await browser.newPage({ viewport: { width, height: 800 }, ...context });
    onTestFinished(() => page.close());
    await page.goto(`file://${join(folder, 'page.html')}`);
    return page;
  }

  test('shows the document with the state, checks and target of each step', async () => {
    const page = await opened();
    await expect(page.title()).resolves.toBe('first-steps');
    expect(await page.getByText('4 of 4 confirmed here').isVisible()).toBe(true);
    expect(await page.getByText('Writes site/server.mjs').isVisible()).toBe(true);
    expect(await page.getByText('Runs with bash, in the background').isVisible()).toBe(true);
    const checks = page.getByText('Checks, 2 of 2 pass').last();
    const cell = page.getByRole('cell', { name: /HTTP 200, .* with the text/ });
    expect(await cell.isVisible()).toBe(false);
    // On paper nothing is folded away.
    await page.emulateMedia({ media: 'print' });
    expect(await cell.isVisible()).toBe(true);
    await page.emulateMedia({ media: 'screen' });
    await checks.click();
    expect(await cell.isVisible()).toBe(true);
  });

  test('is read by keyboard alone, and without JavaScript', async () => {
    const page = await opened({ javaScriptEnabled: false });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(page.url()).toContain('#document');
    const summary = page.locator('summary', { hasText: 'Order of the steps' });
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('group', { name: /Needs: 4 steps/ }).isVisible()).toBe(true);
  });

  test('fits a phone', async () => {
    const page = await opened({ width: 390 });
    const { scroll, inner } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      inner: innerWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(inner);
  });

  test.each(['light', 'dark'] as const)(
    'has no serious accessibility violation in %s',
    async (colorScheme) => {
      const page = await opened({ colorScheme });
      expect(await seriousViolations(page)).toEqual([]);
    },
  );
});
