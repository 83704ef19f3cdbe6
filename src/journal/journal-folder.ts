import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storing } from './storage-error.ts';

/**
 * Makes `.runbook/` in the document's folder: for this user alone, and ignored by git through its own .gitignore.
 * @throws RunbookError 3 where it cannot be made, or where something else stands in its place.
 */
export async function prepareFolder(folder: string): Promise<void> {
  const path = join(folder, '.runbook');
  await storing('the journal', path, async () => {
    await mkdir(path, { mode: 0o700 }).catch(ignore('EEXIST'));
    // lstat: a project from elsewhere may bring a symlink under this name, and would choose what we write into.
    const status = await lstat(path);
    if (!status.isDirectory()) throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' });
    if ((status.mode & 0o077) !== 0) await chmod(path, 0o700);
    await writeFile(join(path, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 }).catch(ignore('EEXIST'));
  });
}

/**
 * Moves the void end of a journal to a file beside it. It must go: the box's counter will grow past these numbers,
 * and would then cover records of another life of this box. A crash between the two writes only copies it twice.
 */
export async function setAside(path: string, from: number): Promise<void> {
  const aside = path.replace(/\.jsonl$/, '.void.jsonl');
  await storing('the journal', path, async () => {
    await pipeline(
      createReadStream(path, { start: from }),
      createWriteStream(aside, { flags: 'a', mode: 0o600, flush: true }),
    );
    await truncate(path, from);
  });
}

function ignore(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}
