import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { probeContainers } from './container-engine.ts';

const recipe = fileURLToPath(new URL('debian-image.sh', import.meta.url));

/** In every box: what a small Debian server has, and libstdc++6, which the host's `node` needs. */
const basePackages = ['ca-certificates', 'curl', 'iproute2', 'libstdc++6', 'procps'];

const made = new Map<string, Promise<string>>();

/**
 * The name of a clean Debian image that holds `packages` besides the base ones; made on first use.
 *
 * The first making on a machine takes about 45 s and needs root and debootstrap; afterwards it is a look-up.
 * What was made is kept in the user's cache directory and in the engine's store, never in the repository.
 * Rejects with the recipe's own words when the image cannot be made.
 */
export function debianImage({ packages = [] }: { packages?: string[] } = {}): Promise<string> {
  const wanted = [...new Set([...basePackages, ...packages])].sort().join(',');
  const image = made.get(wanted) ?? makeImage(wanted);
  made.set(wanted, image);
  return image;
}

async function makeImage(packages: string): Promise<string> {
  const containers = await probeContainers();
  if (!containers.available) throw new Error(containers.reason);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'agent-runbook', 'boxes');
  const result = await execa('bash', [recipe, containers.engine, cache, packages], { reject: false });
  if (result.exitCode !== 0) throw new Error(`no Debian image: ${result.stderr || result.shortMessage}`);
  return result.stdout;
}
