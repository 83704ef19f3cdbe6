import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { EXIT, RunbookError, runbookError } from '../model/diagnostic.ts';
import { JOURNAL_SCHEMA, JournalRecord } from '../model/journal.ts';
import type { Seal } from './seal.ts';
import { storageError } from './storage-error.ts';

/** What reading found besides the records. Offsets are in bytes. */
export interface ReadJournal {
  /** End of the last valid record; what follows is incomplete or void. */
  readonly end: number;
  /** Length of the file. */
  readonly size: number;
  readonly records: number;
  /** Number of the last valid record; 0 if there is none. */
  readonly lastSeq: number;
  /** Whether the last line is incomplete. */
  readonly torn: boolean;
  /** The last record is complete, but its line end is missing. */
  readonly unended: boolean;
  /** Lines that were changed after they were written. They do not count. */
  readonly changed: readonly number[];
  /** Number of the first record beyond the box's counter. */
  readonly invalidFrom?: number;
}

const CHUNK = 1024 * 1024;
const LINE_END = 0x0a;

/**
 * Reads a journal line by line, in linear time and memory bounded by its longest line, and passes on every record up to
 * the box's counter. A missing file is an empty journal.
 *
 * The counter is read after the file's size: a concurrent pass raises the counter before each record, so every record
 * within that size is covered, and reading needs no lock.
 * @throws RunbookError 3 for an invalid line that is not the last, for numbers out of order, and for a newer schema
 */
export async function readJournalRecords(
  path: string,
  limitOf: () => number | Promise<number>,
  onRecord: (record: JournalRecord) => void,
  seal?: Seal,
): Promise<ReadJournal> {
  const found = {
    ...{ end: 0, size: 0, records: 0, lastSeq: 0, torn: false, unended: false },
    changed: [] as number[],
  };
  const journal = () => readFileSync(path);
  let number = 0;
  const file = await openIfThere(path);
  if (!file) return found;
  try {
    found.size = (await file.stat()).size;
    const limit = await limitOf();
    for await (const batch of lines(file, found.size)) {
      for (const line of batch) {
        number += 1;
        // A record ends with its closing brace, so one that is JSON was written to its end.
        const value = parseJson(line.text);
        if (value === undefined && line.end === found.size) {
          if (line.whole) found.changed.push(number);
          return { ...found, torn: true };
        }
        if (value === undefined) throw damaged(path, number, 'it is not JSON');
        refuseNewer(path, number, value);
        if (seal && !seal.isGenuine(line.text, journal)) {
          found.changed.push(number);
          found.end = line.end;
          found.unended = !line.whole;
          continue;
        }
        const record = readRecord(path, number, value);
        if (record.seq <= found.lastSeq)
          throw damaged(path, number, `number ${record.seq} follows ${found.lastSeq}`);
        if (record.seq > limit) return { ...found, invalidFrom: record.seq };
        onRecord(record);
        found.end = line.end;
        found.unended = !line.whole;
        found.lastSeq = record.seq;
        found.records += 1;
      }
    }
    return found;
  } catch (error) {
    throw error instanceof RunbookError ? error : storageError('the journal', path, error);
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw storageError('the journal', path, error);
  }
}

interface Line {
  readonly text: string;
  /** Offset after its newline, in bytes. */
  readonly end: number;
  /** Whether it ended with a newline. */
  readonly whole: boolean;
}

/**
 * The lines of the first `size` bytes, in batches. Decoding a whole chunk and splitting it costs a third of decoding
 * line by line, and a promise for each line would cost more than its JSON.
 */
async function* lines(file: FileHandle, size: number): AsyncGenerator<Line[]> {
  let rest: Buffer[] = [];
  let end = 0;
  for (let offset = 0; offset < size; ) {
    const wanted = Math.min(CHUNK, size - offset);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
    const cut = buffer.lastIndexOf(LINE_END, bytesRead - 1) + 1;
    if (cut > 0) {
      const bytes = Buffer.concat([...rest, buffer.subarray(0, cut)]);
      yield linesOf(bytes, end);
      end += bytes.length;
      rest = [];
    }
    if (cut < bytesRead) rest.push(buffer.subarray(cut, bytesRead));
  }
  if (rest.length > 0) yield [{ text: Buffer.concat(rest).toString('utf8'), end: size, whole: false }];
}

/** Offsets are counted in bytes, because a damaged character changes its length when it is decoded. */
function linesOf(bytes: Buffer, offset: number): Line[] {
  const texts = bytes.toString('utf8').split('\n').slice(0, -1);
  let end = 0;
  return texts.map((text) => {
    end = bytes.indexOf(LINE_END, end) + 1;
    return { text, end: offset + end, whole: true };
  });
}

/** Undefined if it is not JSON, which has no value for that. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A newer version may sign its records in another way, so this comes before the signature. */
function refuseNewer(path: string, line: number, value: unknown): void {
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > JOURNAL_SCHEMA) throw newer(path, line, version);
}

function readRecord(path: string, line: number, value: unknown): JournalRecord {
  const judged = JournalRecord.safeParse(value);
  if (judged.success) return judged.data;
  throw damaged(
    path,
    line,
    judged.error.issues.map((each) => `${each.path.join('.')}: ${each.message}`).join('; '),
  );
}

function damaged(path: string, line: number, cause: string): RunbookError {
  return runbookError(
    {
      code: 'journal-damaged',
      message: `Line ${line} of the journal is damaged; the ${line - 1} lines before it are valid. Nothing was changed.`,
      remedy: `Fix or delete that line if you know its content. Or move ${path} away: then steps whose checks pass are skipped, and all others act again.`,
      place: { file: path, line, column: 1 },
      cause,
    },
    EXIT.person,
  );
}

function newer(path: string, line: number, version: number): RunbookError {
  return runbookError(
    {
      code: 'journal-newer',
      message: `The journal must have format ${JOURNAL_SCHEMA} or older, but a newer runbook wrote format ${version}. Nothing was changed.`,
      remedy: 'Use the newer version of runbook. A journal cannot be converted to an older format.',
      place: { file: path, line, column: 1 },
    },
    EXIT.person,
  );
}
