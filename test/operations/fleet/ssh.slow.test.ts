import { spawn, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunEvent } from '../../../src/model/outcome.ts';
import type { FleetReport } from '../../../src/model/reports/fleet.ts';
import { replay } from '../../../src/operations/replay.ts';
import { describeWithSshd } from '../../support/describe-with-sshd.ts';
import { runbook, scenario } from '../../support/scenario.ts';
import { openFiles } from '../../support/simulated-fleet.ts';
import { type Sshd, sshConfigByName, startSshd } from '../../support/sshd.ts';

const BIN = join(import.meta.dirname, '../../../dist/bin.js');
const BOXES = 8;
const STEPS = 20;

const document = runbook(
  Object.fromEntries(
    Array.from({ length: STEPS }, (_, i) => [
      `step ${i}`,
      `~~~bash\ntest "\${LAST:-}" = "${i === 0 ? '' : i - 1}"\necho ${i} >> ../witness\nexport LAST=${i}\n~~~\n`,
    ]),
  ),
);

/** Eight real sshd, each under a name of its own in one ssh configuration, as a person would have them. */
async function boxes(): Promise<{ all: Sshd[]; config: string }> {
  const all: Sshd[] = [];
  onTestFinished(async () => {
    for (const sshd of all) await sshd.stop();
  });
  for (let i = 0; i < BOXES; i += 1) all.push(await startSshd());
  const named = Object.fromEntries(all.map((sshd, i) => [`box${i}`, sshd]));
  return { all, config: sshConfigByName(named, join(all[0]!.folder, 'fleet_config')) };
}

describeWithSshd('a fleet over ssh', () => {
  test('of eight boxes one loses its connection; the others finish, and it continues once it is reachable', async () => {
    const { all, config } = await boxes();
    const witness = (i: number) => join(all[i]!.workspaces, 'witness');
    const inventory = `targets: [${all.map((_, i) => `ssh://box${i}`).join(', ')}]\n`;
    const scene = await scenario(document, {
      files: { 'inventory.yaml': inventory },
      env: { RUNBOOK_SSH_CONFIG: config },
    });
    const before = await openFiles();
    const run = async (watch: (event: RunEvent) => void = () => {}) => {
      const context = { world: scene.world, signal: new AbortController().signal, emit: watch };
      const input = replay.input.parse({ file: 'AUTODOCK.md', fleet: 'inventory.yaml', yes: true });
      return (await replay.run(context, input)) as FleetReport;
    };
    const confirmed = new Set<string>();
    const first = await run((event) => {
      if (event.type !== 'step-finished' || event.target !== 'box3' || event.outcome.kind !== 'acted') return;
      confirmed.add(event.step);
      if (confirmed.size === 7) all[3]!.cut();
    });
    expect(first.boxes.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual(
      all.map((_, i) => `box${i} ${i === 3 ? 'failed' : 'done'}`),
    );
    expect(first.summary.outcome).toBe('failed');

    const away = await run();
    expect(away.boxes[3]).toMatchObject({ outcome: 'refused' });
    expect(away.summary.boxes).toMatchObject({ done: 7, refused: 1 });

    await all[3]!.restart();
    const acted: string[] = [];
    const last = await run((event) => {
      if (event.type === 'step-started') acted.push(`${event.target} ${event.step}`);
    });
    expect(last.summary.boxes).toMatchObject({ done: BOXES });
    expect(acted.every((each) => each.startsWith('box3 '))).toBe(true);
    expect(acted.filter((each) => confirmed.has(each.split(' ')[1]!))).toEqual([]);
    for (let i = 0; i < BOXES; i += 1) {
      const lines = (await readFile(witness(i), 'utf8')).trim().split('\n');
      const once = [...new Set(lines)];
      expect(once).toEqual(Array.from({ length: STEPS }, (_, step) => String(step)));
      // The step that was cut off may have run twice; no other did.
      expect(lines.length - once.length).toBeLessThanOrEqual(i === 3 ? 1 : 0);
    }
    await expect.poll(openFiles, { timeout: 10_000 }).toBeLessThanOrEqual(before + 5);
  });

  test('Ctrl-C leaves no local or remote process, and the same command continues', async () => {
    const { all, config } = await boxes();
    const waits = '~~~bash\ntest -e ../go || sleep 4243.5\n~~~\n';
    const scene = await scenario(runbook({ Wait: waits }), {
      files: { 'inventory.yaml': `targets: [${all.map((_, i) => `ssh://box${i}`).join(', ')}]\n` },
      env: { RUNBOOK_SSH_CONFIG: config },
    });
    const command = ['replay', '--fleet', 'inventory.yaml', '--yes', '--json'];
    const child = spawn(process.execPath, [BIN, ...command], {
      cwd: scene.folder,
      env: scene.world.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exit = new Promise((done) => child.once('exit', done));
    await expect.poll(() => processes('sleep 4243.5'), { timeout: 60_000 }).toBe(BOXES);
    expect(processes(`ssh .*${config}`)).toBeGreaterThanOrEqual(BOXES);
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    expect(processes(`ssh .*${config}`)).toBe(0);
    await expect.poll(() => processes('sleep 4243.5'), { timeout: 5_000 }).toBe(0);
    for (const { workspaces } of all) await writeFile(join(workspaces, 'go'), '');
    expect((await scene.replay({ fleet: 'inventory.yaml' })).report.summary.boxes).toMatchObject({
      done: BOXES,
    });
  });
});

/** How many processes have a command line that matches. */
function processes(pattern: string): number {
  const { stdout } = spawnSync('pgrep', ['-fc', `^${pattern}`], { encoding: 'utf8' });
  return Number(stdout);
}
