import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { call, errorText } from './call.ts';
import { debianRecipe } from './debian-recipe.ts';
import type { EngineProgram } from './engine.ts';

/** In every box: what a small Debian server has. (libstdc++6 comes with apt, and is named for those who put a node in.) */
const basePackages = ['ca-certificates', 'curl', 'iproute2', 'libstdc++6', 'procps'];

/** Suites that can be made, by the tags that Debian's images have. */
const suites: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
  bullseye: 'bullseye',
  bookworm: 'bookworm',
  trixie: 'trixie',
};

/** The Debian suite that an image name stands for, `bookworm` for `debian:12-slim`; undefined: it is another image. */
export function debianSuite(image: string): string | undefined {
  const tag = /^(?:docker\.io\/)?(?:library\/)?debian:([a-z0-9]+)(?:-slim)?$/.exec(image)?.[1];
  return tag === undefined ? undefined : suites[tag];
}

export interface DebianImageOptions {
  readonly engine: EngineProgram;
  readonly suite?: string;
  /** Besides the base ones. */
  readonly packages?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * A clean Debian image made from Debian's packages, without any registry: its name, or why there is none.
 *
 * The first making on a machine takes about 45 s and needs root and debootstrap; afterwards it is a look-up.
 * What was made is kept in the user's cache folder and in the engine's store.
 */
export async function debianImage(
  options: DebianImageOptions,
): Promise<{ readonly image: string } | { readonly reason: string }> {
  const { engine, suite = 'bookworm', packages = [], signal } = options;
  const wanted = [...new Set([...basePackages, ...packages])].sort().join(',');
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'agent-runbook', 'boxes');
  const hash = createHash('sha256').update(debianRecipe).digest('hex');
  const words = ['-c', debianRecipe, 'debian-image', engine, cache, wanted, suite, hash];
  const said = await call('bash', words, { timeoutMs: 20 * 60_000, ...(signal ? { signal } : {}) });
  return said.code === 0 ? { image: said.stdout.trim() } : { reason: errorText(said) };
}
