import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { confirmedAndRunAgain, journalLines } from '../../support/journal-lines.ts';
import { runbook } from '../../support/scenario.ts';
import { inventoryOf } from '../../support/simulated-fleet.ts';

const BOXES = 6;
const STEPS = 8;

/** Each step appends to the log of its box, and exports what the next one counts on. */
const document = runbook(
  Object.fromEntries(
    Array.from({ length: STEPS }, (_, i) => [
      `step ${i}`,
      `~~~bash\ntest "\${LAST:-}" = "${i === 0 ? '' : i - 1}"\necho begin ${i} >> log\nsleep 0.03\necho end ${i} >> log\nexport LAST=${i}\n~~~\n`,
    ]),
  ),
);

/** The engine on simulated boxes, in a process of its own that can be killed. */
let engine: string;
beforeAll(async () => {
  // Packages stay outside of it, so it lies where they are found.
  engine = resolve('node_modules/.cache/test-programs', `fleet-${process.pid}.mjs`);
  const contents = `
    import { localWorld } from ${JSON.stringify(resolve('src/local-world.ts'))};
    import { program } from ${JSON.stringify(resolve('src/cli/program.ts'))};
    import { interruptions } from ${JSON.stringify(resolve('src/cli/interruption.ts'))};
    import { operations } from ${JSON.stringify(resolve('src/operations/all.ts'))};
    import { simulatedFleet } from ${JSON.stringify(resolve('test/support/simulated-fleet.ts'))};
    const { stdout, stderr, env } = process;
    const world = localWorld({ cwd: process.cwd(), env, version: '0.0.0-test', person: undefined });
    const fleet = simulatedFleet(world, process.cwd());
    const argv = ['replay', '--fleet', 'inventory.yaml', '--yes', ...process.argv.slice(2)];
    const signal = interruptions(process, (code) => process.exit(code));
    process.exit(await program({ argv, version: '0', operations, world: fleet.world, stdout, stderr, signal }));`;
  const options = {
    bundle: true,
    loader: { '.sh': 'text' },
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile: engine,
  } as const;
  await build({ ...options, stdin: { contents, resolveDir: process.cwd(), loader: 'ts' } });
  return () => rm(engine, { force: true });
});

async function room() {
  const root = await mkdtemp(join(tmpdir(), 'runbook-fleet-kill-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(root, 'AUTODOCK.md'), document);
  await writeFile(join(root, 'inventory.yaml'), inventoryOf(BOXES));
  const env = { ...process.env, RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box') };
  const start = () => {
    const child = spawn(process.execPath, [engine, '--json'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { child, exit: new Promise<number | null>((done) => child.on('exit', done)) };
  };
  /** Killed at that event of any box: an event decides, not a clock. */
  const run = async (killAtEvent = Number.POSITIVE_INFINITY) => {
    const { child, exit } = start();
    let events = 0;
    createInterface({ input: child.stdout! }).on('line', () => {
      events += 1;
      if (events === killAtEvent) child.kill('SIGKILL');
    });
    return await exit;
  };
  const journals = async () => {
    const files = (await readdir(join(root, '.runbook'))).filter((each) => /^AUTODOCK.*\.jsonl$/.test(each));
    return await Promise.all(
      files.map(async (file) => journalLines(await readFile(join(root, '.runbook', file), 'utf8'))),
    );
  };
  const logOf = async (box: number) =>
    (await readFile(join(root, 'boxes', `b${box}`, 'work', 'log'), 'utf8')).trim().split('\n');
  return { start, run, journals, logOf, root };
}

test('a fleet killed with SIGKILL at random moments loses no confirmed step', async () => {
  const { run, journals, logOf } = await room();
  for (let i = 0; i < 8; i += 1) await run(15 + Math.floor(Math.random() * 25));
  expect(await run()).toBe(0);
  const all = await journals();
  expect(all).toHaveLength(BOXES);
  // Some of the kills came in the middle.
  expect(all.flat().filter((each) => each.kind === 'started').length).toBeGreaterThan(BOXES * STEPS);
  for (const records of all) {
    expect(confirmedAndRunAgain(records)).toEqual([]);
    expect(records.filter((each) => each.kind === 'confirmed')).toHaveLength(STEPS);
  }
  // No fence of a killed engine continued in parallel with the next one.
  for (let box = 1; box <= BOXES; box += 1) {
    const log = await logOf(box);
    log.forEach((line, i) => {
      if (line.startsWith('end')) expect(log[i - 1]).toBe(line.replace('end', 'begin'));
    });
  }
});

test('Ctrl-C ends all its processes, and the same command continues', async () => {
  const { start, run, root } = await room();
  const sleeping = runbook({ Wait: '~~~bash\ntest -e ../../../go || sleep 4242\n~~~\n' });
  await writeFile(join(root, 'AUTODOCK.md'), sleeping);
  const asleep = async () => {
    const pids = (await readdir('/proc')).filter((each) => /^\d+$/.test(each));
    const lines = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    const folders = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')),
    );
    return lines.filter((line, i) => line.startsWith('sleep\u00004242') && folders[i]!.includes(root)).length;
  };
  const { child, exit } = start();
  child.stdout!.resume();
  await expect.poll(asleep, { timeout: 20_000 }).toBe(BOXES);
  child.kill('SIGINT');
  expect(await exit).toBe(130);
  expect(await asleep()).toBe(0);
  await writeFile(join(root, 'go'), '');
  expect(await run()).toBe(0);
});
