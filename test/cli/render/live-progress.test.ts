import { expect, test, vi } from 'vitest';
import { liveProgress } from '../../../src/cli/render/progress/live-progress.ts';
import { plainPage } from '../../../src/cli/render/text/page.ts';
import { freshFolder } from '../call.ts';
import * as samples from '../samples.ts';
import { screen } from './screen.ts';

const page = { ...plainPage, terminal: true, width: 80 };

function live(columns: number, rows: number) {
  const seen = screen(columns, rows);
  const output = { write: seen.write, columns, rows, isTTY: true, on() {}, off() {} };
  const story = liveProgress({ page, cwd: freshFolder(), output, now: () => Date.now() });
  return { seen, story };
}

test('the permanent lines of a pass read like a log', () => {
  const { seen, story } = live(80, 24);
  for (const event of samples.story) story.event(event);
  expect(seen.cursorShown()).toBe(true);
  expect(seen.lines().join('\n')).toMatchInlineSnapshot(`
    "Argo on k3s on local: 5 steps, continuing the last pass

    warning[port-taken]: port 443 is taken by traefik
      remedy: Nothing yet: a known problem frees it.
    ✓ ok     Install k3s            12.3s  acted
    – skip   Registry credentials     1ms  confirmed before
    – skip   Argo Workflows           3ms  found so: port 443 owner caddy
    + fix    Start Caddy                   traefik-takes-the-ports: not cleared
    ✗ fail   Start Caddy             3.1s  the fence ended with exit code 1

      AUTODOCK.md:13:1
        13 | \`\`\`bash {"name":"start-caddy"}
           | ^

      output
      | Job for caddy.service failed.
      | listen tcp :443: bind: address already in use

      checks
      fail     port 443 owner caddy
               expected  owner caddy
               observed  owner traefik (pid 812)

      known problem  Traefik takes the ports that Caddy needs (AUTODOCK.md:24:1)
        applied, without success: kubectl -n kube-system delete svc traefik

      remedy  Free the port, then run the same command again.

    · later  Webhook                       start-caddy failed

    failed: 1 acted, 2 skipped, 1 failed, 1 not reached, 1 fix applied in 15.5s
      skipped  1 confirmed before, 1 found so
      failed   start-caddy  AUTODOCK.md:13:1
      next     runbook replay AUTODOCK.md goes on at start-caddy
    "
  `);
});

test('during a pass the frame shows the running steps, their last lines, and what follows', () => {
  vi.useFakeTimers({ now: 0 });
  const { seen, story } = live(60, 20);
  for (const event of samples.story.slice(0, 5)) story.event(event);
  vi.advanceTimersByTime(2000);
  expect(seen.lines().join('\n')).toMatchInlineSnapshot(`
    "Argo on k3s on local: 5 steps, continuing the last pass

    warning[port-taken]: port 443 is taken by traefik
      remedy: Nothing yet: a known problem frees it.
    ⠋ run    Install k3s               2s  new here
             │ Downloading 100%
             │ Installed  fine
             │ bell
    · next   Registry credentials
    · next   Argo Workflows
    · next   Start Caddy

      0 of 5 steps, 2s
    "
  `);
  expect(seen.cursorShown()).toBe(false);
  story.end();
  expect(seen.cursorShown()).toBe(true);
  expect(seen.lines().join('\n')).not.toContain('steps, 2s');
  vi.useRealTimers();
});

test('a question gets an empty line and a cursor, and the progress continues after it', () => {
  vi.useFakeTimers({ now: 0 });
  const { seen, story } = live(60, 20);
  for (const event of samples.story.slice(0, 3)) story.event(event);
  story.pause();
  expect(seen.cursorShown()).toBe(true);
  expect(seen.lines().at(-1)).toBe('');
  vi.advanceTimersByTime(1000);
  expect(seen.lines().join('\n')).not.toContain('0 of 5');
  story.resume();
  expect(seen.lines().join('\n')).toContain('0 of 5 steps, 1s');
  story.end();
  vi.useRealTimers();
});

test('never draws more rows than the terminal has, with a thousand steps', () => {
  vi.useFakeTimers({ now: 0 });
  const { seen, story } = live(40, 10);
  const steps = Array.from({ length: 1000 }, (_, index) => ({
    id: `s${index}`,
    title: `Step ${index}`,
    kind: 'step' as const,
  }));
  story.event({
    ...(samples.story[0] as Extract<(typeof samples.story)[0], { type: 'pass-started' }>),
    steps,
  });
  const at = '';
  for (const { id, title } of steps.slice(0, 12))
    story.event({ type: 'step-started', at, step: id, title, reason: 'new' });
  for (const { id, title } of steps.slice(0, 12)) {
    story.event({ type: 'output', step: id, text: 'some\nlines\nof\noutput\n' });
    vi.advanceTimersByTime(150);
    story.event({ type: 'step-finished', at, step: id, title, outcome: samples.outcomes.acted });
    vi.advanceTimersByTime(150);
  }
  story.end();
  const lines = seen.lines().filter((line) => line.startsWith('✓'));
  expect(lines).toHaveLength(12);
  expect(seen.lines().join('\n')).not.toMatch(/│| next |of 1000/);
  vi.useRealTimers();
});
