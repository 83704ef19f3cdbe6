import { EXIT } from '../model/diagnostic.ts';
import { boxError } from './box-errors.ts';
import { call, errorText } from './call.ts';
import { debianImage, debianSuite } from './debian-image.ts';
import type { EngineProgram } from './engine.ts';

/** An image that the engine has. */
export interface BoxImage {
  /** As it was asked for: `debian:bookworm`. */
  readonly asked: string;
  /** What the engine runs: the same, or the name of the one that was built in its place. */
  readonly runs: string;
  /** Content of the image, `sha256:…`. */
  readonly id: string;
  /** built: from Debian's packages, since no registry could be reached. */
  readonly how: 'local' | 'pulled' | 'built';
}

/** What an image may be called (a reference with an optional tag and digest); above all, nothing that looks like a flag. */
const REFERENCE = /^[a-z0-9][a-z0-9._/:-]{0,200}(?:@sha256:[0-9a-f]{64})?$/i;

/** Milliseconds. Where no route leads to a registry, nobody should wait for TCP to give up. */
const PULL_MS = 10 * 60_000;

/**
 * Finds an image: the engine's own, else from a registry, else (Debian's only) built from Debian's packages.
 * @throws RunbookError 64 for a name that is none, 3 where there is no such image, with every reason
 */
export async function findImage(
  engine: EngineProgram,
  asked: string,
  { signal, note }: { signal?: AbortSignal; note: (line: string) => void },
): Promise<BoxImage> {
  if (!REFERENCE.test(asked)) {
    throw boxError(
      'bad-image-name',
      `${JSON.stringify(asked.slice(0, 80))} is no name of an image.`,
      'Name one such as debian:bookworm or localhost/box:1.',
      { exit: EXIT.usage },
    );
  }
  const local = await idOf(engine, asked);
  if (local) return { asked, runs: asked, id: local, how: 'local' };
  const options = signal ? { signal } : {};
  note(`${engine} has no ${asked}: asking its registries`);
  const pulled = await call(engine, ['pull', '--quiet', asked], { timeoutMs: PULL_MS, ...options });
  const id = pulled.code === 0 ? await idOf(engine, asked) : undefined;
  if (id) return { asked, runs: asked, id, how: 'pulled' };
  return await built(engine, asked, errorText(pulled), { note, ...options });
}

async function built(
  engine: EngineProgram,
  asked: string,
  unpulled: string,
  { signal, note }: { signal?: AbortSignal; note: (line: string) => void },
): Promise<BoxImage> {
  const suite = debianSuite(asked);
  if (suite) note(`${asked} cannot be pulled: using one made of Debian's packages (45 s the first time)`);
  const made = suite
    ? await debianImage({ engine, suite, ...(signal ? { signal } : {}) })
    : { reason: 'only images of Debian can be made without a registry' };
  const id = 'image' in made ? await idOf(engine, made.image) : undefined;
  if ('image' in made && id) return { asked, runs: made.image, id, how: 'built' };
  const unbuilt = 'reason' in made ? made.reason : 'the image that was made is gone';
  throw boxError(
    'no-image',
    `There is no image ${asked}: ${unpulled}; ${unbuilt}.`,
    suite
      ? 'Reach a registry, install debootstrap and run as root, or name an image that `podman images` lists.'
      : `Reach a registry, or name an image that \`${engine} images\` lists, or debian:bookworm.`,
  );
}

async function idOf(engine: EngineProgram, image: string): Promise<string | undefined> {
  const said = await call(engine, ['image', 'inspect', '--format', '{{.Id}}', image]);
  const id = said.stdout.trim();
  if (said.code !== 0 || id === '') return undefined;
  return id.startsWith('sha256:') ? id : `sha256:${id}`;
}
