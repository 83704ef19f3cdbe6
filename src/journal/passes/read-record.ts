import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { PassDigest, PassEntry, RecordEnd, RecordHead, RecordLine } from '../../model/pass-record.ts';
import { readOwnFile } from '../journal-folder.ts';
import { type JsonLine, jsonLinesOf } from '../lines/json-lines.ts';
import { isRunning } from '../lock/process-identity.ts';
import { DigestBuilder } from './digest-builder.ts';
import { readIndex } from './pass-index.ts';
import { recordNames } from './record-names.ts';

/** A record as read. Lines that cannot be read are counted, never guessed at. */
export interface PassRecord {
  readonly head: RecordHead;
  readonly lines: readonly RecordLine[];
  readonly end: RecordEnd | undefined;
  readonly unreadable: number;
  readonly bytes: number;
}

/** Where the records of a document's folder are. */
export const passesFolder = (folder: string): string => join(folder, '.runbook', 'passes');

/** All passes of a folder, newest first; what cannot be read is left out. */
export async function listPasses(folder: string): Promise<PassEntry[]> {
  return (await listDigests(folder)).map(({ held: _h, failed: _f, acted: _a, fired: _, ...entry }) => entry);
}

/** The same with what each pass says about steps and problems. Finished passes come from the index. */
export async function listDigests(folder: string): Promise<PassDigest[]> {
  const names = await recordNames(passesFolder(folder));
  const unfinished = new Set(names.filter(({ name }) => !name.endsWith('.gz')).map(({ id }) => id));
  const index = await readIndex(passesFolder(folder));
  const digests: PassDigest[] = [];
  for (const id of [...new Set(names.map((each) => each.id))].reverse()) {
    const known = unfinished.has(id) ? undefined : index.get(id);
    const digest = known ?? digestOf(await readRecord(folder, id));
    if (digest) digests.push(digest);
  }
  return digests;
}

function digestOf(record: PassRecord | undefined): PassDigest | undefined {
  if (!record) return undefined;
  const builder = new DigestBuilder();
  for (const line of record.lines) builder.add(line);
  return { ...entryOf(record), ...builder.digest };
}

/** One record; undefined: it does not exist, or its head cannot be read. */
export async function readRecord(folder: string, id: string): Promise<PassRecord | undefined> {
  const base = join(passesFolder(folder), `${id}.jsonl`);
  const plain = await readOwnFile(base);
  const bytes = plain ?? (await readOwnFile(`${base}.gz`));
  if (bytes === undefined) return undefined;
  const text = plain ?? (await promisify(gunzip)(bytes).catch(() => Buffer.alloc(0)));
  return parseRecord(jsonLinesOf(text), (await stat(plain ? base : `${base}.gz`)).size);
}

/** The head of a record that is not compressed. */
export async function headIn(path: string): Promise<RecordHead | undefined> {
  const bytes = await readOwnFile(path);
  return bytes && parseRecord(jsonLinesOf(bytes), 0)?.head;
}

/** What a list says of a record. */
export function entryOf({ head, end, bytes }: Pick<PassRecord, 'head' | 'end' | 'bytes'>): PassEntry {
  const { id, verb, at, name, box, by, within } = head;
  const outcome = end?.outcome ?? (isRunning(head.process) ? 'running' : 'interrupted');
  const optional = { ...(within === undefined ? {} : { within }), ...(end ? { ms: end.ms } : {}) };
  return { id, verb, at, name, box, by, outcome, bytes, ...optional };
}

function parseRecord([first, ...rest]: readonly JsonLine[], bytes: number): PassRecord | undefined {
  const head = first?.value as RecordHead | undefined;
  if (typeof head?.record !== 'number' || typeof head.id !== 'string') return undefined;
  const values = rest.map(({ value }) => value as RecordLine | undefined);
  const lines = values.filter((value) => typeof value?.type === 'string') as RecordLine[];
  const last = lines.at(-1);
  const end = last?.type === 'record-ended' ? last : undefined;
  return { head, lines, end, unreadable: values.length - lines.length, bytes };
}
