import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Box, runbookMounts, startBox } from '../boxes/debian-box.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';
import { confirmedAndRunAgain, journalLines } from '../support/journal-lines.ts';

const DOCUMENT = join(import.meta.dirname, '../../examples/two-terminators/AUTODOCK.md');
const REPLAY = 'cd /srv/site && exec node /opt/runbook/dist/bin.js replay --yes';

async function cleanBox(): Promise<Box> {
  const box = await startBox({ mounts: runbookMounts() });
  onTestFinished(() => box.destroy());
  await box.put('/srv/site/AUTODOCK.md', await readFile(DOCUMENT, 'utf8'));
  return box;
}

async function journal(box: Box) {
  const { stdout } = await box.exec('cat /srv/site/.runbook/*.jsonl');
  return journalLines(stdout);
}

/** What the example is for: Caddy answers on both ports, nginx on none. */
async function expectServed(box: Box): Promise<void> {
  const { stdout } = await box.exec(
    'curl -s http://localhost/; echo; curl -sk https://localhost/; echo; pgrep -x nginx || echo "no nginx"',
  );
  expect(stdout).toBe('Hello from two-terminators\nHello from two-terminators, over TLS\nno nginx\n');
}

describeWithBoxes('examples/two-terminators', () => {
  test('replays on a clean box in one pass; the second pass runs nothing and reports that', async () => {
    const box = await cleanBox();
    const first = await box.exec(REPLAY);
    expect(first.stdout + first.stderr).toContain('nginx-holds-the-port-that-caddy-needs');
    expect(first.code).toBe(0);
    await expectServed(box);

    const before = await journal(box);
    const second = await box.exec(`${REPLAY} --json`);
    expect(second.code).toBe(0);
    const events = second.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({
      type: 'pass-finished',
      summary: { outcome: 'done', acted: 0, fixes: 0 },
    });
    expect((await journal(box)).filter((each) => each.kind === 'started')).toHaveLength(
      before.filter((each) => each.kind === 'started').length,
    );

    const verify = await box.exec('cd /srv/site && node /opt/runbook/dist/bin.js verify --yes');
    expect(verify.code).toBe(0);
  });

  test('survives SIGKILL at ten random moments, restarted each time', async () => {
    const box = await cleanBox();
    for (let i = 0; i < 10; i += 1) {
      const seconds = (0.3 + Math.random() * 2.5).toFixed(2);
      await box.exec(
        `(${REPLAY.replace('exec ', '')} >/tmp/out 2>&1) & sleep ${seconds}; pkill -KILL -f 'dist/bin.js replay'; wait`,
      );
    }
    const last = await box.exec(REPLAY);
    expect(last.stdout + last.stderr).toContain('done');
    expect(last.code).toBe(0);
    await expectServed(box);
    expect(confirmedAndRunAgain(await journal(box))).toEqual([]);
  });
});
