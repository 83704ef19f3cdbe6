import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/disk/replace-file.ts';
import type { PassDigest } from '../../model/pass-record.ts';
import { OWN_FILE } from '../journal-folder.ts';

/** In the folder of the records. Derived from them: a pass that is missing here is read from its record. */
const INDEX = 'passes.index';

/** Adds a finished pass. */
export async function addToIndex(folder: string, digest: PassDigest): Promise<void> {
  const line = `${JSON.stringify(digest)}\n`;
  await writeFile(join(folder, INDEX), line, { flag: OWN_FILE.append, mode: 0o600 });
}

/** The passes in the index, by id. */
export async function readIndex(folder: string): Promise<ReadonlyMap<string, PassDigest>> {
  const digests = (await textOf(join(folder, INDEX))).split('\n').flatMap((line) => parse(line) ?? []);
  return new Map(digests.map((digest) => [digest.id, digest]));
}

/** Leaves only these passes. */
export async function limitIndex(folder: string, ids: ReadonlySet<string>): Promise<void> {
  const lines = [...(await readIndex(folder)).values()].filter(({ id }) => ids.has(id));
  const text = lines.map((digest) => `${JSON.stringify(digest)}\n`).join('');
  // What is lost is read from the records.
  await replaceFile(join(folder, INDEX), text, { sync: false });
}

async function textOf(path: string): Promise<string> {
  const file = await open(path, OWN_FILE.read).catch(() => undefined);
  if (!file) return '';
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function parse(line: string): PassDigest | undefined {
  try {
    const digest = JSON.parse(line) as PassDigest;
    return typeof digest.id === 'string' && Array.isArray(digest.held) ? digest : undefined;
  } catch {
    return undefined;
  }
}
