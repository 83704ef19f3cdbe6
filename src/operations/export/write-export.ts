import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../base/disk/replace-file.ts';
import type { ExportedFile } from '../../export/exporter.ts';
import { EXIT, RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { ExportReport } from '../../model/reports/export-report.ts';

/** Records what was written, so that a later export knows which files a person changed. */
export const MANIFEST = '.runbook-export.json';

const Manifest = z.object({
  format: z.string(),
  files: z.record(z.string().regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))/), z.string()),
});
type Hashes = Readonly<Record<string, string>>;

/**
 * Writes an export into a folder. A file that a person changed, removed or made there is left as it is.
 * @throws RunbookError 64 if the folder holds another export, 3 if it cannot be written
 */
export async function writeExport(
  folder: string,
  format: string,
  files: readonly ExportedFile[],
): Promise<ExportReport['files']> {
  const known = await readManifest(folder, format);
  const written: Record<string, string> = {};
  const results: { path: string; action: ExportReport['files'][number]['action'] }[] = [];
  try {
    for (const file of files) {
      const action = await writeOne(folder, file, known[file.path]);
      results.push({ path: file.path, action });
      const hash = action === 'kept' ? known[file.path] : hashOf(file.text);
      if (hash !== undefined) written[file.path] = hash;
    }
    const current = new Set(files.map(({ path }) => path));
    for (const [path, hash] of Object.entries(known).filter(([each]) => !current.has(each))) {
      const found = await contentOf(join(folder, path));
      if (found === undefined) continue;
      const action = found !== EDITED && hashOf(found) === hash ? 'removed' : 'kept';
      if (action === 'removed') await rm(join(folder, path));
      else written[path] = hash;
      results.push({ path, action });
    }
    await mkdir(folder, { recursive: true });
    await replaceFile(join(folder, MANIFEST), `${JSON.stringify({ format, files: written }, null, 2)}\n`, {
      mode: 0o644,
    });
  } catch (error) {
    if (error instanceof RunbookError) throw error;
    const message = `${folder} could not be written (${(error as NodeJS.ErrnoException).code}).`;
    throw runbookError(
      { code: 'unwritable-folder', message, remedy: 'Check the permissions and free space of that folder.' },
      EXIT.person,
    );
  }
  return results;
}

async function writeOne(
  folder: string,
  { path, text, executable = false }: ExportedFile,
  known: string | undefined,
): Promise<'written' | 'unchanged' | 'kept'> {
  const target = join(folder, path);
  const found = await contentOf(target);
  if (found === text) return 'unchanged';
  // Removing a file is an edit too.
  const isOurs = found === undefined ? known === undefined : found !== EDITED && hashOf(found) === known;
  if (!isOurs) return 'kept';
  await mkdir(dirname(target), { recursive: true });
  const mode = executable ? 0o755 : 0o644;
  // The umask does not apply to chmod.
  await replaceFile(target, text, { settle: (draft) => draft.chmod(mode) });
  return 'written';
}

/** Not a regular file, so it is not ours. */
const EDITED = Symbol('edited');

async function contentOf(path: string): Promise<string | typeof EDITED | undefined> {
  try {
    return (await lstat(path)).isFile() ? await readFile(path, 'utf8') : EDITED;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ENOTDIR') return EDITED;
    throw error;
  }
}

async function readManifest(folder: string, format: string): Promise<Hashes> {
  const text = await contentOf(join(folder, MANIFEST));
  if (text === undefined) return {};
  const read = typeof text === 'string' ? Manifest.safeParse(jsonOf(text)) : undefined;
  if (read?.success && read.data.format === format) return read.data.files;
  const message = read?.success
    ? `${folder} holds an export in the format ${read.data.format}; each format needs a folder of its own.`
    : `${join(folder, MANIFEST)} is not a list of exported files.`;
  throw runbookError(
    { code: 'other-export', message, remedy: 'Name another folder with --out.' },
    EXIT.usage,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
