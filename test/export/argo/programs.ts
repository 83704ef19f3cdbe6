import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const build = join(import.meta.dirname, 'build.sh');

/** An Argo program built by build.sh, or the reason why it is missing. */
export function argoProgram(name: 'argo-validate' | 'workflow-controller'): {
  path: string;
  reason: string | undefined;
} {
  const folder = execFileSync('bash', [build, '--where'], { encoding: 'utf8' }).trim();
  const path = join(folder, name);
  return {
    path,
    reason: existsSync(path) ? undefined : `it is not built; ${build} does that in some minutes`,
  };
}
