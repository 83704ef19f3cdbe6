import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/disk/replace-file.ts';
import type { PassDigest } from '../../model/pass-record.ts';
import { OWN_FILE, readOwnFile } from '../journal-folder.ts';
import { jsonLinesOf } from '../lines/json-lines.ts';

/** In the folder of the records. Derived from them: a pass that is missing here is read from its record. */
const INDEX = 'passes.index';

/** Adds a finished pass. */
export async function addToIndex(folder: string, digest: PassDigest): Promise<void> {
  const line = `${JSON.stringify(digest)}\n`;
  await writeFile(join(folder, INDEX), line, { flag: OWN_FILE.append, mode: 0o600 });
}

/** The passes in the index, by id. */
export async function readIndex(folder: string): Promise<ReadonlyMap<string, PassDigest>> {
  const lines = jsonLinesOf((await readOwnFile(join(folder, INDEX))) ?? '');
  const digests = lines.map(({ value }) => value).filter(isDigest);
  return new Map(digests.map((digest) => [digest.id, digest]));
}

/** Leaves only these passes. */
export async function limitIndex(folder: string, ids: ReadonlySet<string>): Promise<void> {
  const lines = [...(await readIndex(folder)).values()].filter(({ id }) => ids.has(id));
  const text = lines.map((digest) => `${JSON.stringify(digest)}\n`).join('');
  // What is lost is read from the records.
  await replaceFile(join(folder, INDEX), text, { sync: false });
}

function isDigest(value: unknown): value is PassDigest {
  const digest = value as PassDigest | undefined | null;
  return typeof digest?.id === 'string' && Array.isArray(digest.held);
}
