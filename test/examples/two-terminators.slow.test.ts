import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { readValidDocument } from '../../src/operations/document/document.ts';
import { type Box, runbookMounts, startBox } from '../boxes/debian-box.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';
import { confirmedAndRunAgain, journalLines } from '../support/journal-lines.ts';
import { otlpReceiver } from '../support/otlp-receiver.ts';

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

/** The record of its only pass, sent from here: every step, and below one of them the Fix that fired. */
async function expectTrace(box: Box): Promise<void> {
  const receiver = await otlpReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'runbook-trace-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { stdout } = await box.exec(
    'cd /srv/site/.runbook/passes && ls *.jsonl.gz && base64 -w 0 *.jsonl.gz',
  );
  const [name, content] = stdout.trim().split('\n');
  await mkdir(join(folder, '.runbook/passes'), { recursive: true, mode: 0o700 });
  await writeFile(join(folder, '.runbook/passes', name!), Buffer.from(content!, 'base64'));
  await writeFile(join(folder, 'AUTODOCK.md'), await readFile(DOCUMENT));
  await execa(process.execPath, [join(import.meta.dirname, '../../dist/bin.js'), 'telemetry', 'send'], {
    cwd: folder,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  const { runbook } = await readValidDocument(folder, 'AUTODOCK.md');
  const tasks = receiver.spans.map(({ attributes }) => attributes['cicd.pipeline.task.name']);
  expect(tasks).toEqual(
    expect.arrayContaining(runbook.steps.flatMap(({ id, kind }) => (kind === 'step' ? [id] : []))),
  );
  const fix = receiver.spans.find(({ attributes }) => attributes['runbook.problem.id']);
  expect(fix!.attributes['runbook.problem.id']).toBe('nginx-holds-the-port-that-caddy-needs');
  expect(tasks).toContain(
    receiver.spans.find(({ spanId }) => spanId === fix!.parentSpanId)!.attributes['cicd.pipeline.task.name'],
  );
}

describeWithBoxes('examples/two-terminators', () => {
  test('replays on a clean box in one pass; the second pass runs nothing and reports that', async () => {
    const box = await cleanBox();
    const first = await box.exec(REPLAY);
    expect(first.stdout + first.stderr).toContain('nginx-holds-the-port-that-caddy-needs');
    expect(first.code).toBe(0);
    await expectServed(box);

    await expectTrace(box);

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
