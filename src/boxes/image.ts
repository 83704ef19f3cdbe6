import { EXIT } from '../model/diagnostic.ts';
import { errorText, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';
import { debianImage, debianSuite } from './debian-image.ts';
import type { EngineProgram } from './engine.ts';

/** An image that the engine has. */
export interface BoxImage {
  /** As requested: `debian:bookworm`. */
  readonly asked: string;
  /** What the engine runs: the same, or the name of the image that was built instead. */
  readonly runs: string;
  /** Content of the image, `sha256:…`. */
  readonly id: string;
  /** built: from Debian's packages, because no registry could be reached. */
  readonly how: 'local' | 'pulled' | 'built';
}

/** Valid image names (a reference with an optional tag and digest); in particular, nothing that looks like a flag. */
const REFERENCE = /^[a-z0-9][a-z0-9._/:-]{0,200}(?:@sha256:[0-9a-f]{64})?$/i;

/** Milliseconds. Without a route to a registry, the caller should not wait for TCP to time out. */
const PULL_MS = 10 * 60_000;

/**
 * Finds an image: the engine's own, else from a registry, else (Debian only) built from Debian's packages.
 * @throws RunbookError 64 for an invalid name, 3 with every reason if the image cannot be obtained
 */
export async function findImage(
  engine: EngineProgram,
  requested: string,
  { signal, note }: { signal?: AbortSignal; note: (line: string) => void },
): Promise<BoxImage> {
  if (!REFERENCE.test(requested)) {
    throw boxError(
      'bad-image-name',
      `${JSON.stringify(requested.slice(0, 80))} is not a valid image name.`,
      'Use a name such as debian:bookworm or localhost/box:1.',
      { exit: EXIT.usage },
    );
  }
  const local = await idOf(engine, requested);
  if (local) return { asked: requested, runs: requested, id: local, how: 'local' };
  const options = signal ? { signal } : {};
  note(`${engine} does not have ${requested}: pulling it from its registries`);
  const pulled = await runProgram([engine, 'pull', '--quiet', requested], { timeoutMs: PULL_MS, ...options });
  const id = pulled.code === 0 ? await idOf(engine, requested) : undefined;
  if (id) return { asked: requested, runs: requested, id, how: 'pulled' };
  return await built(engine, requested, errorText(pulled), { note, ...options });
}

async function built(
  engine: EngineProgram,
  requested: string,
  unpulled: string,
  { signal, note }: { signal?: AbortSignal; note: (line: string) => void },
): Promise<BoxImage> {
  const suite = debianSuite(requested);
  if (suite) note(`${requested} cannot be pulled: building it from Debian's packages (45 s the first time)`);
  const made = suite
    ? await debianImage({ engine, suite, ...(signal ? { signal } : {}) })
    : { reason: 'only Debian images can be built without a registry' };
  const id = 'image' in made ? await idOf(engine, made.image) : undefined;
  if ('image' in made && id) return { asked: requested, runs: made.image, id, how: 'built' };
  const unbuilt = 'reason' in made ? made.reason : 'the built image disappeared';
  throw boxError(
    'no-image',
    `The image ${requested} cannot be obtained: ${unpulled}; ${unbuilt}.`,
    suite
      ? 'Make a registry reachable, install debootstrap and run as root, or use an image that `podman images` lists.'
      : `Make a registry reachable, or use debian:bookworm or an image that \`${engine} images\` lists.`,
  );
}

async function idOf(engine: EngineProgram, image: string): Promise<string | undefined> {
  const result = await runProgram([engine, 'image', 'inspect', '--format', '{{.Id}}', image]);
  const id = result.stdout.trim();
  if (result.code !== 0 || id === '') return undefined;
  return id.startsWith('sha256:') ? id : `sha256:${id}`;
}
