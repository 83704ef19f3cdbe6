import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BoxRecord } from '../model/box-record.ts';
import { isBoxName } from '../model/box-target.ts';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import { nearest } from '../model/nearest.ts';
import { storageError } from './storage-error.ts';

/** Where a launched box is remembered; `personFolder` is state-folders `personStateFolder`. */
export function boxRecordPath(personFolder: string, name: string): string {
  return join(personFolder, 'boxes', `${name}.json`);
}

/** Names of the launched boxes, sorted. */
export async function boxNames(personFolder: string): Promise<string[]> {
  const files = await readdir(join(personFolder, 'boxes')).catch(() => []);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter(isBoxName)
    .sort();
}

/**
 * The launched box of that name.
 * @throws RunbookError 64 where there is none, with the nearest name; 3 where its file cannot be read.
 */
export async function findBox(personFolder: string, name: string): Promise<BoxRecord> {
  const path = boxRecordPath(personFolder, name);
  const text = isBoxName(name) ? await contentOf(path) : undefined;
  if (text === undefined) throw unknownBox(name, await boxNames(personFolder));
  try {
    return BoxRecord.parse(JSON.parse(text));
  } catch (error) {
    throw storageError(`what is known of the box ${name}`, path, error);
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageError('what is known of this box', path, error);
  }
}

function unknownBox(name: string, names: readonly string[]): RunbookError {
  const close = nearest(name, names);
  const known = names.length === 0 ? 'None was launched yet' : `There are: ${names.slice(0, 12).join(', ')}`;
  const remedy = close
    ? `Did you mean "${close}"?`
    : `${known}; for others give ssh://[user@]host[:port] or container:NAME.`;
  const message = `There is no box called "${name}".`;
  return new RunbookError([{ code: 'unknown-box', severity: 'error', message, remedy }], EXIT.usage);
}
