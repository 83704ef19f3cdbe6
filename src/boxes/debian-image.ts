import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { errorText, runProgram } from '../program/run-program.ts';
import type { EngineProgram } from './engine.ts';
import debianRecipe from './scripts/debian-recipe.bash.sh';

/**
 * Packages of every box, as on a small Debian server. (libstdc++6 comes with apt, and is listed for users who copy node
 * into a box.)
 */
const basePackages = ['ca-certificates', 'curl', 'iproute2', 'libstdc++6', 'procps'];

/*
 * scripts/debian-recipe builds the image of a clean Debian box from Debian's packages, without an image registry, and prints
 * its name. The name contains a hash of all inputs (the script, the packages, the host's settings for reaching Debian), so a
 * changed recipe builds a new image. The root file system is kept as a tar file in the cache: about 40 s to build, 5 s to
 * import, nothing once imported. A second caller waits for the first one's result.
 */

/** Suites that can be built, by the tags of Debian's images. */
const suites: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
  bullseye: 'bullseye',
  bookworm: 'bookworm',
  trixie: 'trixie',
};

/** The Debian suite of an image name, `bookworm` for `debian:12-slim`; undefined for any other image. */
export function debianSuite(image: string): string | undefined {
  const tag = /^(?:docker\.io\/)?(?:library\/)?debian:([a-z0-9]+)(?:-slim)?$/.exec(image)?.[1];
  return tag === undefined ? undefined : suites[tag];
}

export interface DebianImageOptions {
  readonly engine: EngineProgram;
  readonly suite?: string;
  /** In addition to the base packages. */
  readonly packages?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Builds a clean Debian image from Debian's packages, without any registry. Returns its name, or the reason why it
 * could not be built.
 *
 * The first build on a machine takes about 45 s and needs root and debootstrap. The result is kept in the user's cache
 * folder and in the engine's store.
 */
export async function debianImage(
  options: DebianImageOptions,
): Promise<{ readonly image: string } | { readonly reason: string }> {
  const { engine, suite = 'bookworm', packages = [], signal } = options;
  const wanted = [...new Set([...basePackages, ...packages])].sort().join(',');
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'agent-runbook', 'boxes');
  const hash = createHash('sha256').update(debianRecipe).digest('hex');
  const args = ['-c', debianRecipe, 'debian-image', engine, cache, wanted, suite, hash];
  const result = await runProgram(['bash', ...args], {
    timeoutMs: 20 * 60_000,
    ...(signal ? { signal } : {}),
  });
  return result.code === 0 ? { image: result.stdout.trim() } : { reason: errorText(result) };
}
