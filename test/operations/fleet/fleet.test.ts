import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listPasses } from '../../../src/journal/passes/read-record.ts';
import type { RunEvent } from '../../../src/model/outcome.ts';
import type { FleetReport } from '../../../src/model/reports/fleet.ts';
import { replay } from '../../../src/operations/replay.ts';
import { runbook, scenario } from '../../support/scenario.ts';
import { inventoryOf, liveMegabytes, openFiles, simulatedFleet } from '../../support/simulated-fleet.ts';

const step = (name: string, more = '') => `~~~bash\necho ${name} >> log\n${more}\n~~~\n`;

async function fleetOf(text: string, inventory: string, env: Record<string, string> = {}) {
  const scene = await scenario(text, { files: { 'inventory.yaml': inventory }, env });
  const fleet = simulatedFleet(scene.world, join(scene.folder, '..'));
  const run = async (flags: Record<string, unknown> = {}, signal = new AbortController().signal) => {
    const events: RunEvent[] = [];
    const context = { world: fleet.world, signal, emit: (event: RunEvent) => void events.push(event) };
    const input = replay.input.parse({ file: 'AUTODOCK.md', fleet: 'inventory.yaml', yes: true, ...flags });
    const report = (await replay.run(context, input)) as FleetReport;
    return {
      report,
      events,
      exit: replay.exit(report),
      ways: report.boxes.map(({ target, outcome, message }) => `${target} ${outcome}: ${message}`),
    };
  };
  return { ...fleet, scene, run };
}

describe('a fleet', () => {
  it('replays every box with its own journal, and finds nothing to do the second time', async () => {
    const { run, ran, scene } = await fleetOf(
      runbook({ One: step('one'), Two: step('two') }),
      inventoryOf(3),
    );
    const first = await run();
    expect(first.ways).toEqual([1, 2, 3].map((n) => `b${n} done: 2 acted, 0 skipped`));
    expect([first.exit, first.report.summary.outcome]).toEqual([0, 'done']);
    const second = await run();
    expect(second.ways).toEqual([1, 2, 3].map((n) => `b${n} done: nothing to do, 2 skipped`));
    for (const name of ['b1', 'b2', 'b3']) expect(await ran(name)).toEqual(['one', 'two']);
    const passes = await listPasses(scene.folder);
    expect(passes.map(({ box, verb, outcome }) => `${verb} ${box} ${outcome}`).sort()).toEqual(
      ['b1', 'b1', 'b2', 'b2', 'b3', 'b3'].map((name) => `replay ${name} done`),
    );
    // The boxes of one run are known by it.
    const runs = passes.map(({ within }) => within);
    expect(runs.every((within) => within?.startsWith('fleet '))).toBe(true);
    expect(new Set(runs).size).toBe(2);
  });

  it('replays the document of the site that a box or its group names', async () => {
    const site = (name: string) =>
      `---\nbase: ../AUTODOCK.md\nsite: ${name}\n---\n\n## Steps\n\n### Two\n\nWhy: x\n\n${step(name)}`;
    const inventory =
      'targets: [b1, { on: b2, site: sites/b.md }]\ngroups:\n  c: { site: sites/c.md, targets: [b3, b4] }\n';
    const { run, ran, scene } = await fleetOf(runbook({ One: step('one'), Two: step('two') }), inventory);
    for (const name of ['b', 'c']) await scene.write(`sites/${name}.md`, site(name));
    expect((await run()).exit).toBe(0);
    expect(await Promise.all(['b1', 'b2', 'b3', 'b4'].map(ran))).toEqual([
      ['one', 'two'],
      ['one', 'b'],
      ['one', 'c'],
      ['one', 'c'],
    ]);
    const own = await run({ file: 'sites/c.md' });
    expect(own.ways).toEqual(['b3', 'b4'].map((name) => `${name} done: nothing to do, 2 skipped`));
    await scene.write('inventory.yaml', 'targets: [{ on: b1, site: other.md }]\n');
    await scene.write('other.md', runbook({ One: step('one') }));
    await expect(run()).rejects.toMatchObject({
      diagnostics: [{ code: 'not-a-site', place: { file: 'inventory.yaml', line: 1 } }],
    });
  });

  it('refuses a value that is not of the type of its input, with the place of the box', async () => {
    const text = `${runbook({ One: step('one') })}\n## Inputs\n\n| Name | Kind |\n| --- | --- |\n| PORT | port |\n`;
    const { run, ran } = await fleetOf(text, 'targets:\n  - { on: b1, inputs: { PORT: http } }\n');
    await expect(run()).rejects.toMatchObject({
      exit: 64,
      diagnostics: [{ code: 'bad-value', place: { file: 'inventory.yaml', line: 2 } }],
    });
    expect(await ran('b1')).toEqual([]);
  });

  it('gives each box its own inputs; the command line wins', async () => {
    const text = `${runbook({ One: step('"$COLOUR $SIZE"') })}\n## Inputs\n\n| Name |\n| --- |\n| COLOUR |\n| SIZE |\n`;
    const inventory = `inputs: { SIZE: small }
groups:
  red: { inputs: { COLOUR: red }, targets: [b1, { on: b2, inputs: { COLOUR: pink, SIZE: large } }] }
`;
    const { run, ran } = await fleetOf(text, inventory);
    expect((await run()).exit).toBe(0);
    expect([await ran('b1'), await ran('b2')]).toEqual([['red small'], ['pink large']]);
    await run({ input: { COLOUR: 'blue' } });
    expect([await ran('b1'), await ran('b2')]).toEqual([
      ['red small', 'blue small'],
      ['pink large', 'blue large'],
    ]);
  });

  it('one box fails and one is unreachable; the next run handles only these two', async () => {
    const text = runbook({
      One: step('one'),
      Two: step('two', 'test "$BOX" != b2 || test -e mended'),
      Three: step('three'),
    });
    const { run, ran, unreachable, scene } = await fleetOf(text, inventoryOf(4));
    unreachable.add('b3');
    const first = await run();
    expect(first.ways).toEqual([
      'b1 done: 3 acted, 0 skipped',
      expect.stringMatching(/^b2 failed: two: /),
      'b3 refused: b3 does not answer.',
      'b4 done: 3 acted, 0 skipped',
    ]);
    expect(first.exit).toBe(1);
    unreachable.clear();
    await scene.write('../boxes/b2/work/mended', '');
    const second = await run();
    expect(second.ways).toEqual([
      'b1 done: nothing to do, 3 skipped',
      'b2 done: 2 acted, 1 skipped',
      'b3 done: 3 acted, 0 skipped',
      'b4 done: nothing to do, 3 skipped',
    ]);
    expect(await ran('b2')).toEqual(['one', 'two', 'two', 'three']);
  });

  it('needs a person if boxes are unreachable', async () => {
    const { run, unreachable } = await fleetOf(runbook({ One: step('one') }), inventoryOf(2));
    unreachable.add('b2');
    expect((await run()).exit).toBe(3);
  });

  it('starts the other boxes only after the canary has succeeded', async () => {
    const { run, ran } = await fleetOf(runbook({ One: step('one', 'test "$BOX" != b1') }), inventoryOf(3));
    const { ways, exit, report } = await run({ canary: 1 });
    expect(ways.slice(1)).toEqual([
      'b2 not-started: the canary b1 did not succeed',
      'b3 not-started: the canary b1 did not succeed',
    ]);
    expect([exit, report.summary.because, await ran('b2')]).toEqual([1, 'the canary b1 did not succeed', []]);
  });

  it('starts no more boxes after too many failures, and reports which did not start', async () => {
    const { run } = await fleetOf(runbook({ One: step('one', 'test "${BOX#b}" -gt 2') }), inventoryOf(10));
    const { report, exit } = await run({ forks: 1, maxFail: '10%' });
    expect(report.summary.boxes).toMatchObject({ failed: 2, 'not-started': 8 });
    expect([exit, report.summary.because]).toEqual([1, '2 of 10 have failed']);
    const all = await run({ forks: 1 });
    expect(all.report.summary.boxes).toMatchObject({ failed: 2, done: 8, 'not-started': 0 });
  });

  it('keeps at most --forks boxes open', async () => {
    const { run, open } = await fleetOf(runbook({ One: step('one') }), inventoryOf(12));
    await run({ forks: 3 });
    expect(open).toMatchObject({ now: 0, most: 3 });
  });

  it('tags the events of each pass with its box', async () => {
    const { run } = await fleetOf(runbook({ One: step('one') }), inventoryOf(2));
    const { events } = await run();
    expect(events[0]).toMatchObject({ type: 'fleet-started', targets: ['b1', 'b2'], steps: 1, forks: 16 });
    expect(events.at(-1)).toMatchObject({ type: 'fleet-finished', summary: { outcome: 'done' } });
    const of = (target: string) =>
      events.flatMap((event) => ('target' in event && event.target === target ? [event.type] : []));
    const pass = [
      'box-started',
      'pass-started',
      'step-started',
      'step-finished',
      'pass-finished',
      'box-finished',
    ];
    expect(of('b1').filter((type) => pass.includes(type))).toEqual(pass);
    expect(of('b2').filter((type) => pass.includes(type))).toEqual(pass);
  });

  it('stops on request and continues from there', async () => {
    const { run, ran } = await fleetOf(
      runbook({ One: step('one'), Two: step('two', 'test -e go || sleep 60') }),
      inventoryOf(4),
    );
    const controller = new AbortController();
    const running = run({ forks: 2 }, controller.signal);
    await expect
      .poll(async () => [...(await ran('b1')), ...(await ran('b2'))], { timeout: 20_000 })
      .toHaveLength(4);
    controller.abort();
    const { report, exit } = await running;
    expect(report.boxes.map(({ outcome }) => outcome)).toEqual([
      'aborted',
      'aborted',
      'not-started',
      'not-started',
    ]);
    expect([exit, report.summary.because]).toEqual([130, 'the fleet was stopped']);
  });

  it('runs the command for a secret once, not once per box', async () => {
    const text = `${runbook({ One: step('$(printf %s "$TOKEN" | wc -c)') })}
## Secrets

| Name | From |
| --- | --- |
| TOKEN | \`echo asked >> asked; cat token\` |
`;
    const { run, ran, scene } = await fleetOf(text, inventoryOf(5));
    await scene.write('token', 'secret-word-123456');
    expect((await run()).ways.at(-1)).toBe('b5 done: 1 acted, 0 skipped');
    expect(await ran('b5')).toEqual(['18']);
    expect(await scene.read('asked')).toBe('asked\n');
  });

  it('finishes 200 boxes with few open files, in bounded memory, and leaves no files behind', async () => {
    const { run, open } = await fleetOf(runbook({ One: step('one') }), inventoryOf(200));
    const before = await openFiles();
    let most = 0;
    // By the fortieth box everything is loaded. From then on, only what is kept of each box can add to what is in use.
    let early: number | undefined;
    let late: number | undefined;
    const watch = setInterval(async () => {
      if (open.times >= 40) early ??= liveMegabytes();
      if (open.times >= 190) late ??= liveMegabytes();
      most = Math.max(most, await openFiles());
    }, 20);
    const { report } = await run({ forks: 16 });
    clearInterval(watch);
    expect(report.summary.boxes.done).toBe(200);
    expect(open.most).toBe(16);
    // A box has a shell with its pipes, a journal and a counter: about ten.
    expect(most - before).toBeLessThan(16 * 15);
    // 100 KB a box, its events included, which this test keeps.
    expect(late! - early!).toBeLessThan(15);
    await expect.poll(openFiles).toBeLessThanOrEqual(before + 5);
  }, 120_000);

  it.each([
    [{ maxFail: 'many' }, '--max-fail must be a number or a percentage, got "many".'],
    [{ on: 'b1' }, '--on and --fleet cannot be combined'],
    [{ dryRun: true }, '--dry-run works on one box only.'],
    [{ fleet: 'nowhere.yaml' }, 'The inventory nowhere.yaml cannot be read'],
  ])('refuses %j before anything runs', async (flags, words) => {
    const { run } = await fleetOf(runbook({ One: step('one') }), inventoryOf(1));
    await expect(run(flags)).rejects.toMatchObject({ exit: 64, message: expect.stringContaining(words) });
  });
});
