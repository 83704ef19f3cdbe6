import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const BUILD = join(import.meta.dirname, 'helm/build.sh');

/** The program helm: that of the cache, else what is on the PATH; undefined: none is here, and the reason is on stderr. */
export function findHelm(): string | undefined {
  const built = execFileSync('bash', [BUILD, '--where'], { encoding: 'utf8' }).trim();
  if (existsSync(built)) return built;
  if (spawnSync('helm', ['version']).error === undefined) return 'helm';
  console.error(
    'SKIPPED: charts are not judged, because helm is missing (bash test/export/helm/build.sh builds it)',
  );
  return undefined;
}
