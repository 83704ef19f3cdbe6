import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The hash of the package that a checkout in a folder of its own makes. */
function packed(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-package-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const listed = execFileSync('git', ['-C', root, 'ls-files', '-z'], { encoding: 'utf8' }).split('\0');
  const files = listed.filter((each) => each !== '' && !each.startsWith('test/'));
  for (const file of files) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: folder });
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: folder });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  return createHash('sha256')
    .update(readFileSync(join(folder, archive)))
    .digest('hex');
}

test('two builds of one commit make the same package, wherever they are made', () => {
  expect(packed()).toBe(packed());
}, 300_000);

test('every action of the workflows is pinned to a commit', () => {
  const folder = join(root, '.github', 'workflows');
  const uses = readdirSync(folder).flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/uses: (\S+)/g)].map(([, action]) => action!),
  );
  expect(uses.length).toBeGreaterThan(3);
  for (const action of uses) expect(action).toMatch(/@[0-9a-f]{40}$/);
});

test('the package installs nothing besides itself', () => {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(dependencies).toEqual({});
});
