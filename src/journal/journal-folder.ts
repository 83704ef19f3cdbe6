import { constants, createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storing } from './storage-error.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/**
 * How files in `.runbook/` are opened. A project from someone else may contain symlinks with these names, to choose
 * what is overwritten or shown, so symlinks are not followed (ELOOP).
 */
export const OWN_FILE = {
  read: O_RDONLY | O_NOFOLLOW,
  append: O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW,
  /** Fails if the file exists. */
  fresh: O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW,
  truncated: O_WRONLY | O_TRUNC | O_CREAT | O_NOFOLLOW,
} as const;

/** The content of a file in `.runbook/`; undefined if it cannot be read. */
export async function readOwnFile(path: string): Promise<Buffer | undefined> {
  return await readFile(path, { flag: OWN_FILE.read }).catch(() => undefined);
}

/**
 * Creates `.runbook/` in the document's folder, for this user only, and ignored by git through its own .gitignore.
 * @throws RunbookError 3 if it cannot be created, or something else has its name
 */
export async function prepareFolder(folder: string): Promise<void> {
  const path = join(folder, '.runbook');
  await storing('the journal', path, async () => {
    await makePrivate(path);
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(ignore('EEXIST'));
  });
}

/**
 * Creates a folder in `.runbook/` in the same way, and returns its path.
 * @throws RunbookError 3 if it cannot be created, or something else has its name
 */
export async function prepareSubfolder(folder: string, name: string): Promise<string> {
  await prepareFolder(folder);
  const path = join(folder, '.runbook', name);
  await storing(`.runbook/${name}`, path, () => makePrivate(path));
  return path;
}

/** lstat, because a symlink with this name is not a folder. */
async function makePrivate(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(ignore('EEXIST'));
  const status = await lstat(path);
  if (!status.isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
  if ((status.mode & 0o077) !== 0) await chmod(path, 0o700);
}

/**
 * Moves the void end of a journal to another file. Otherwise the box's counter would grow past these numbers, and would
 * then cover records of a different history of this box. A crash between the two writes only copies them twice.
 */
export async function setAside(path: string, from: number): Promise<void> {
  const aside = path.replace(/\.jsonl$/, '.void.jsonl');
  await storing('the journal', path, async () => {
    const file = await open(aside, OWN_FILE.append, 0o600);
    await pipeline(createReadStream(path, { start: from }), file.createWriteStream({ flush: true }));
    await truncate(path, from);
  });
}

function ignore(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
