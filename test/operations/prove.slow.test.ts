import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { listBoxes } from '../../src/boxes/find-box.ts';
import type { ProveReport } from '../../src/model/reports/report.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';
import { type Scenario, scenario } from '../support/scenario.ts';

const EXAMPLE = 'examples/two-terminators/AUTODOCK.md';

/** In the names of this run's boxes, on an engine that others use too. */
const run = `t${randomBytes(3).toString('hex')}`;

const document = (script: string, verify: string) => `---
runbook: 1
name: ${run}
box: { image: "debian:bookworm" }
---

## Steps

### Write it

~~~bash
${script}
~~~

Verify:

~~~check
${verify}
~~~
`;

const prove = async (scene: Scenario, input: Record<string, unknown> = {}) => {
  const told = await scene.run('prove', { yes: true, ...input });
  return { ...told, report: told.report as ProveReport };
};
const staleness = async (scene: Scenario) =>
  (await scene.run('lint')).report.diagnostics.filter(
    ({ code }: { code: string }) => code === 'stale-certificate',
  );
const left = async () => (await listBoxes()).filter(({ name }) => name.includes(run));

describeWithBoxes('prove', () => {
  afterAll(async () => {
    for (const { engine, container } of await left()) spawnSync(engine, ['rm', '--force', container]);
  });

  test('the example replays on a clean box, and one changed byte of a step makes its certificate stale', async () => {
    const text = readFileSync(EXAMPLE, 'utf8').replace('name: two-terminators', `name: ${run}`);
    const scene = await scenario(text);
    const { exit, report } = await prove(scene);
    expect(report.reasons).toEqual([]);
    expect(exit).toBe(0);
    expect(report).toMatchObject({ outcome: 'proven', kept: false });
    expect(report.first).toMatchObject({ acted: 6, fixes: 1 });
    expect(report.second).toMatchObject({ acted: 0 });
    expect(await left()).toEqual([]);

    const proven = await scene.read('AUTODOCK.md');
    expect(proven).toContain(report.certificate);
    // The certificate covers everything except itself.
    expect(proven.replace(/\n*<!-- runbook:certificate .*-->\n/, '\n').trimEnd()).toBe(
      text.replace(/\n*<!-- runbook:certificate .*-->\n/, '\n').trimEnd(),
    );
    expect(await staleness(scene)).toEqual([]);
    await scene.write('AUTODOCK.md', proven.replace('apt-get update', 'apt-get  update'));
    expect(await staleness(scene)).toHaveLength(1);
  });

  test('does not certify a step whose check fails or passed before it; removes or keeps the box', async () => {
    const fails = await scenario(document('echo no >/srv/it', 'file /srv/it contains "yes"'));
    const failed = await prove(fails);
    expect(failed).toMatchObject({ exit: 1, report: { outcome: 'failed', kept: false } });
    expect(failed.report.reasons[0]).toMatch(/^The first pass stopped at write-it: /);
    expect(await left()).toEqual([]);
    expect(await fails.read('AUTODOCK.md')).not.toContain('certificate');

    const kept = await prove(fails, { keep: true });
    expect(kept.report.kept).toBe(true);
    expect((await left()).map(({ name }) => name)).toEqual([kept.report.box.name]);

    const vacuous = await scenario(document('echo >/srv/it', 'file /etc/passwd exists'));
    const told = await prove(vacuous);
    expect(told.exit).toBe(1);
    expect(told.report.reasons[0]).toContain('passed on the clean box before the step had acted');
  });

  test('refuses a document without an image before launching a box', async () => {
    const scene = await scenario(document('true', 'file / exists').replace(/^box:.*\n/m, ''));
    expect(await prove(scene)).toMatchObject({ exit: 65, diagnostics: [{ code: 'no-image-declared' }] });
  });
});
