import { watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_FILE, prepareSubfolder } from '../../journal/journal-folder.ts';
import { recordNames } from '../../journal/passes/record-names.ts';
import type { RecordLine } from '../../model/pass-record.ts';

/** One line of a record that is being written. `at` counts the lines after the head, from 1. */
export interface FollowedLine {
  readonly pass: string;
  readonly at: number;
  readonly line: RecordLine;
}

interface Followed {
  offset: number;
  at: number;
  /** The beginning of a line whose end is not written yet. */
  partial: Buffer;
}

/** Bytes of one read. */
const CHUNK = 256 * 1024;

/**
 * Reports every line that any process adds to a record of this document, until the signal aborts. Lines that exist already are
 * counted and not reported.
 */
export async function followRecords(
  folder: string,
  { signal, report }: { signal: AbortSignal; report: (lines: readonly FollowedLine[]) => void },
): Promise<void> {
  const passes = await prepareSubfolder(folder, 'passes');
  const followed = new Map<string, Followed>();
  for (const { id, name } of await recordNames(passes))
    if (!name.endsWith('.gz')) await readOn(passes, id, followed, () => {});
  let queue = Promise.resolve();
  watch(passes, { signal }, (_kind, name) => {
    const id = /^(.+)\.jsonl$/.exec(String(name))?.[1];
    // A compressed record has ended: nothing is added to it.
    if (id === undefined) followed.delete(String(name).replace(/\.jsonl\.gz$/, ''));
    else queue = queue.then(() => readOn(passes, id, followed, report)).catch(() => {});
  }).on('error', () => {});
}

/** Reads what was added to a record since the last time. */
async function readOn(
  passes: string,
  pass: string,
  followed: Map<string, Followed>,
  report: (lines: readonly FollowedLine[]) => void,
): Promise<void> {
  const file = await open(join(passes, `${pass}.jsonl`), OWN_FILE.read).catch(() => undefined);
  if (!file) return;
  const known = followed.get(pass) ?? { offset: 0, at: -1, partial: Buffer.alloc(0) };
  followed.set(pass, known);
  try {
    while (await readChunk(file, pass, known, report));
  } finally {
    await file.close();
  }
}

async function readChunk(
  file: FileHandle,
  pass: string,
  known: Followed,
  report: (lines: readonly FollowedLine[]) => void,
): Promise<boolean> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, known.offset);
  known.offset += bytesRead;
  // Only whole lines are decoded, so that a letter of several bytes is never cut.
  const bytes = Buffer.concat([known.partial, buffer.subarray(0, bytesRead)]);
  const end = bytes.lastIndexOf(0x0a) + 1;
  known.partial = bytes.subarray(end);
  const texts = bytes.toString('utf8', 0, end).split('\n');
  const lines = texts.flatMap((text): FollowedLine[] => {
    if (text === '') return [];
    known.at += 1;
    const line = known.at === 0 ? undefined : parsed(text);
    return line === undefined ? [] : [{ pass, at: known.at, line }];
  });
  if (lines.length > 0) report(lines);
  return bytesRead === CHUNK;
}

function parsed(text: string): RecordLine | undefined {
  try {
    return JSON.parse(text) as RecordLine;
  } catch {
    return undefined;
  }
}
