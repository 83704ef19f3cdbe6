// `npm run demo`: replays examples/first-steps for real, in a folder of its own that git ignores. The example's own
// folder stays as it was cloned, because the tests and the reader use it too. Arguments are passed on: `npm run demo -- --dry-run`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'demo');
mkdirSync(folder, { recursive: true });
copyFileSync(join(root, 'examples/first-steps/AUTODOCK.md'), join(folder, 'AUTODOCK.md'));

const { status } = spawnSync(
  process.execPath,
  [join(root, 'dist/bin.js'), 'replay', join(folder, 'AUTODOCK.md'), '--yes', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
