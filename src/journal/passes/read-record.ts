import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { PassEntry, RecordEnd, RecordHead, RecordLine } from '../../model/pass-record.ts';
import { OWN_FILE } from '../journal-folder.ts';
import { type JsonLine, jsonLinesOf } from '../lines/json-lines.ts';
import { isRunning } from '../lock/process-identity.ts';
import { recordNames } from './prune-passes.ts';

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
  const names = await recordNames(passesFolder(folder));
  const ids = [...new Set(names.map(({ id }) => id))].reverse();
  const records = await Promise.all(ids.map((id) => readRecord(folder, id)));
  return records.flatMap((record) => (record ? [entryOf(record)] : []));
}

/** One record; undefined: it does not exist, or its head cannot be read. */
export async function readRecord(folder: string, id: string): Promise<PassRecord | undefined> {
  const base = join(passesFolder(folder), `${id}.jsonl`);
  const plain = await contentOf(base);
  const bytes = plain ?? (await contentOf(`${base}.gz`));
  if (bytes === undefined) return undefined;
  const text = plain ?? (await promisify(gunzip)(bytes).catch(() => Buffer.alloc(0)));
  return parseRecord(jsonLinesOf(text), (await stat(plain ? base : `${base}.gz`)).size);
}

/** What a list says of a record. */
export function entryOf({ head, end, bytes }: PassRecord): PassEntry {
  const { id, verb, at, name, box, by } = head;
  const outcome = end?.outcome ?? (isRunning(head.process) ? 'running' : 'interrupted');
  return { id, verb, at, name, box, by, outcome, bytes, ...(end ? { ms: end.ms } : {}) };
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

async function contentOf(path: string): Promise<Buffer | undefined> {
  const file = await open(path, OWN_FILE.read).catch(() => undefined);
  if (!file) return undefined;
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}
