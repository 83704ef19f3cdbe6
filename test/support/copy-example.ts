import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Copies an example as it was cloned: only the files that git tracks, so that what a replay left in the working tree
 * does not change what a test sees. Without git (an unpacked archive) everything but `.runbook` is copied.
 */
export function copyExample(name: string, target: string): void {
  const source = join(ROOT, 'examples', name);
  if (!existsSync(join(ROOT, '.git'))) {
    cpSync(source, target, { recursive: true, filter: (path) => !path.includes('.runbook') });
    return;
  }
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: source, encoding: 'utf8' });
  for (const file of tracked.split('\0').filter((path) => path && existsSync(join(source, path)))) {
    mkdirSync(dirname(join(target, file)), { recursive: true });
    cpSync(join(source, file), join(target, file));
  }
}
