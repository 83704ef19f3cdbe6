import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

test("the project's own AUTODOCK.md brings up a fresh clone, and then finds nothing to do", async () => {
  const root = await mkdtemp(join(tmpdir(), 'runbook-dogfood-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const clone = join(root, 'clone');
  await execa('git', ['clone', '--quiet', ROOT, clone]);
  const env = { RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box') };
  const replay = () =>
    execa(process.execPath, [join(ROOT, 'dist/bin.js'), 'replay', '--yes'], {
      cwd: clone,
      env,
      reject: false,
      all: true,
      stdin: 'ignore',
    });

  const first = await replay();
  expect(first.all).toContain('done: 2 acted, 1 skipped');
  expect(first.exitCode).toBe(0);
  const second = await replay();
  expect(second.all).toContain('nothing to do, 3 skipped');
  expect((await execa('git', ['-C', clone, 'status', '--porcelain'])).stdout).toBe('');
});

test('npm pack installs and runs in an empty folder', async () => {
  const root = await mkdtemp(join(tmpdir(), 'runbook-pack-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const { stdout } = await execa('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', root], {
    cwd: ROOT,
  });
  const [{ filename, files }] = JSON.parse(stdout);
  expect(files.map((each: { path: string }) => each.path)).not.toContain('src/bin.ts');
  await execa('npm', ['init', '-y'], { cwd: root });
  await execa('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(root, filename)], {
    cwd: root,
  });
  const runbook = (...args: string[]) =>
    execa(join(root, 'node_modules/.bin/runbook'), args, { cwd: root, reject: false });
  expect((await runbook('--version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  expect((await runbook('init')).exitCode).toBe(0);
  expect((await runbook('plan')).exitCode).toBe(0);
  expect((await runbook('replay', '--yes')).exitCode).toBe(0);
});
