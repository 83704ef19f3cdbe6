import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { Served } from './served.ts';

/** Where Debian, Ubuntu and Google install it. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** The axe rules, as the text of a script that a page can evaluate. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const SCREENSHOTS = join(import.meta.dirname, '../../../test-results/serve');

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** A page of a new browser profile that has opened the terminal's link. Errors in its console fail the test. */
export async function signedIn(
  browser: Browser,
  served: Served,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 760 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security|Uncaught/.test(message.text()))
      throw new Error(message.text());
  });
  await page.goto(await served.newLink());
  return page;
}

/** One picture for each state, as an artifact of the test run. With UPDATE=1, those in docs/images are replaced. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const image = await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  const documented = join(import.meta.dirname, '../../../docs/images', `${name}.png`);
  if (process.env.UPDATE && existsSync(documented)) writeFileSync(documented, image);
}

/** Serious and critical violations of the axe rules. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // What is folded away is read too.
  await page.evaluate(() => {
    for (const each of document.querySelectorAll('details')) each.open = true;
  });
  // The page's own policy forbids scripts, so the rules are evaluated by the browser's debugger.
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe was just evaluated in the page
    const { violations } = await (globalThis as any).axe.run();
    return (violations as { id: string; impact: string; nodes: { html: string }[] }[])
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
}
