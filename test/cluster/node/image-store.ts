import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/** What an image holds, as one layer, and how it runs. */
export interface ImageRecipe {
  /** Repository and tag, without the registry: `tools/deploy:1.4.2`. */
  readonly name: string;
  /** Files of this machine by their path in the image; symbolic links are followed. */
  readonly copies?: Readonly<Record<string, string>>;
  /** Text files by their path in the image; executable where they start with `#!`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Targets of symbolic links by the link's path in the image. */
  readonly links?: Readonly<Record<string, string>>;
  /** The `config` of the image: Entrypoint, Cmd, Env, User, WorkingDir. */
  readonly config: Readonly<Record<string, unknown>>;
}

const passwd = 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';

/** The folder from which docker-registry serves images. Images are written into it directly, so that nothing is compressed or pushed. */
export class ImageStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the image, unless one of the same recipe and files is there. */
  async add(recipe: ImageRecipe): Promise<void> {
    const [repository = '', tag = ''] = recipe.name.split(':');
    const made = join(this.folder, 'made', `${repository.replaceAll('/', '_')}-${tag}-${keyOf(recipe)}`);
    if (existsSync(made)) return;
    const layer = await this.#layer(recipe);
    const config = this.#blob({
      architecture: 'amd64',
      os: 'linux',
      config: recipe.config,
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      history: [{ created_by: 'image-store' }],
    });
    const manifest = this.#blob({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
    });
    for (const { digest } of [layer, config]) this.#link(repository, `_layers/${path(digest)}`, digest);
    for (const place of [
      `_manifests/revisions/${path(manifest.digest)}`,
      `_manifests/tags/${tag}/current`,
      `_manifests/tags/${tag}/index/${path(manifest.digest)}`,
    ])
      this.#link(repository, place, manifest.digest);
    mkdirSync(dirname(made), { recursive: true });
    writeFileSync(made, '');
  }

  async #layer(recipe: ImageRecipe): Promise<{ digest: string; size: number }> {
    mkdirSync(this.folder, { recursive: true });
    const work = mkdtempSync(join(this.folder, 'making-'));
    try {
      const root = join(work, 'root');
      layOut(recipe, root);
      const tar = join(work, 'layer.tar');
      const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
      await execa('tar', [...fixed, '-cf', tar, '-C', root, '.']);
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(tar)) hash.update(chunk);
      const digest = `sha256:${hash.digest('hex')}`;
      const size = statSync(tar).size;
      this.#keep(digest, (target) => renameSync(tar, target));
      return { digest, size };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }

  #blob(value: unknown): { digest: string; size: number } {
    const text = JSON.stringify(value);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    this.#keep(digest, (target) => writeFileSync(target, text));
    return { digest, size: Buffer.byteLength(text) };
  }

  #keep(digest: string, write: (target: string) => void): void {
    const [, hex = ''] = digest.split(':');
    const target = join(this.folder, storage, 'blobs/sha256', hex.slice(0, 2), hex, 'data');
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) write(target);
  }

  #link(repository: string, place: string, digest: string): void {
    const target = join(this.folder, storage, 'repositories', repository, place, 'link');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, digest);
  }
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const storage = 'docker/registry/v2';

function path(digest: string): string {
  return digest.replace(':', '/');
}

/** The same as long as the recipe and the sizes and times of what is copied are. */
function keyOf(recipe: ImageRecipe): string {
  const states = Object.values(recipe.copies ?? {}).map((file) => {
    const { size, mtimeMs } = statSync(file);
    return [file, size, mtimeMs];
  });
  return createHash('sha256')
    .update(JSON.stringify([recipe, states]))
    .digest('hex')
    .slice(0, 16);
}

function layOut({ copies = {}, files = {}, links = {} }: ImageRecipe, root: string): void {
  const place = (name: string) => {
    const target = join(root, name);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  mkdirSync(join(root, 'tmp'), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const [name, text] of Object.entries({ '/etc/passwd': passwd, ...files })) {
    writeFileSync(place(name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  for (const [name, file] of Object.entries(copies)) {
    cpSync(file, place(name), { recursive: true, dereference: true });
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, place(name));
}
