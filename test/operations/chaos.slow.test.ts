import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBox, listBoxes } from '../../src/boxes/find-box.ts';
import { destroyBox } from '../../src/boxes/life.ts';
import type { ChaosReport } from '../../src/model/reports/chaos.ts';
import { debianImage } from '../boxes/debian-image.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';
import { runbook, scenario } from '../support/scenario.ts';

const run = randomBytes(3).toString('hex');

/** A service that must run, a step that takes its time, and one that counts on what the first exported. */
const document = runbook({
  Serve: `~~~bash {"background":"true"}
exec sleep 86400
~~~

~~~bash
echo here > served; export SERVED=yes
~~~

Verify:

~~~check
file served contains "here"
~~~
`,
  Work: `~~~bash
sleep 1
echo done > worked
~~~

Verify:

~~~check
file worked exists
~~~
`,
  Count: `~~~bash
test "$SERVED" = yes
echo counted > counted
~~~

Verify:

~~~check
file counted exists
~~~
`,
});

describeWithBoxes('chaos', () => {
  let image: string;
  beforeAll(async () => {
    image = await debianImage();
  });
  afterAll(async () => {
    const ours = (await listBoxes()).filter(({ name }) => name.startsWith(`chaos-t${run}`));
    for (const box of ours) await destroyBox(box);
  });

  test('after a fault at any step, the same command recovers the box and repeats nothing confirmed', async () => {
    const name = `chaos-t${run}`;
    const scene = await scenario(document);
    expect((await scene.run('box launch', { name, image })).diagnostics).toEqual([]);
    const hurt = async (seed: number, fault?: string[]) => {
      const { report, diagnostics } = await scene.run('chaos', {
        on: name,
        seed,
        yes: true,
        ...(fault ? { fault } : {}),
      });
      expect(diagnostics).toEqual([]);
      return report as ChaosReport;
    };
    const all = await hurt(7);
    expect(all.faults.map(({ fault }) => fault)).toEqual([
      'kill-step',
      'kill-box',
      'drop-network',
      'fill-disk',
      'restart',
    ]);
    for (const { outcome, repeated, fault, message } of all.faults) {
      expect([fault, ['survived', 'recovered', 'skipped'].includes(outcome), repeated, message]).toEqual([
        fault,
        true,
        [],
        message,
      ]);
    }
    const by = (fault: string) => all.faults.find((each) => each.fault === fault)!;
    expect(by('kill-box')).toMatchObject({
      outcome: 'recovered',
      passes: 1,
      recoveredMs: expect.any(Number),
    });
    expect(by('restart')).toMatchObject({ outcome: 'recovered', passes: 1 });
    // In a container the root file system is the host's disk, which a test must not fill.
    expect(by('fill-disk')).toMatchObject({
      outcome: 'skipped',
      message: expect.stringContaining('shares its disk'),
    });

    // The same seed chooses the same steps.
    const again = await hurt(7, ['kill-step']);
    expect(again.faults[0]?.step).toBe(by('kill-step').step);
    expect((await findBox(name))?.status).toBe('running');
  });

  test('a fresh box has a disk that can be filled, and is removed afterwards', async () => {
    const writes = runbook({
      Write:
        '~~~bash\nsleep 1; head -c 100000 /dev/zero > big\n~~~\n\nVerify:\n\n~~~bash\ntest "$(stat -c %s big)" = 100000\n~~~\n',
    });
    const scene = await scenario(writes.replace('runbook: 1', `runbook: 1\nbox: { image: "${image}" }`));
    const { report, exit } = await scene.run('chaos', { fault: ['fill-disk'], seed: 1, yes: true });
    expect(report.faults).toMatchObject([
      { outcome: 'recovered', hurt: expect.stringContaining('write'), passes: 1, repeated: [] },
    ]);
    expect(exit).toBe(0);
    expect((await listBoxes()).filter(({ name }) => name.startsWith('chaos-fill-disk'))).toEqual([]);
  });

  test('injects faults only into boxes that runbook launched', async () => {
    const scene = await scenario(document);
    for (const on of ['local', 'ssh://example.org', 'container:x'])
      expect(await scene.run('chaos', { on, yes: true })).toMatchObject({
        exit: 3,
        diagnostics: [{ code: 'guarded-box' }],
      });
    expect((await scene.run('chaos', { on: 'nowhere', yes: true })).diagnostics[0]?.code).toBe('unknown-box');
  });
});
