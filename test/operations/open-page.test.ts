import { chmod, readFile, stat } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const TEXT = runbook({ One: '~~~bash\ntrue\n~~~' });

test('replay --open writes the page for this user alone and opens it', async () => {
  const bin = await scenario(TEXT, { files: { 'bin/xdg-open': '#!/bin/sh\necho "$1" >"$OPENED"\n' } });
  await chmod(bin.path('bin/xdg-open'), 0o755);
  const scene = await scenario(TEXT, {
    env: { PATH: `${bin.path('bin')}:${process.env.PATH}`, OPENED: bin.path('opened') },
  });
  await scene.replay({ open: true });
  const page = scene.path('.runbook/page.html');
  await vi.waitFor(async () => expect(await bin.read('opened')).toBe(`${page}\n`), 10_000);
  expect((await stat(page)).mode & 0o777).toBe(0o600);
  expect(await readFile(page, 'utf8')).toContain('1 of 1 confirmed here');
});

test('without a desktop it says where the page is', async () => {
  const scene = await scenario(TEXT, { env: { PATH: '/nowhere' } });
  const { openOnDesktop } = await import('../../src/open-on-desktop.ts');
  expect(await openOnDesktop('/x', { PATH: '/nowhere' })).toBe(false);
  const { events } = await scene.replay({ open: true });
  const codes = events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic.code] : []));
  expect(codes).toContain('page-not-opened');
});
