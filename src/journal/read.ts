import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { EXIT, RunbookError, runbookError } from '../model/diagnostic.ts';
import { JOURNAL_SCHEMA, JournalRecord } from '../model/journal.ts';
import { readJsonLines } from './lines/json-lines.ts';
import type { Seal } from './seal.ts';
import { storageError } from './storage-error.ts';

/** What reading found besides the records. Offsets are in bytes. */
export interface ReadJournal {
  /** End of the last valid record; what follows is incomplete or void. */
  readonly end: number;
  /** Length of the file. */
  readonly size: number;
  readonly records: number;
  /** Number of the last valid record; 0 if missing. */
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
  const file = await openIfThere(path);
  if (!file) return found;
  try {
    found.size = (await file.stat()).size;
    const limit = await limitOf();
    for await (const batch of readJsonLines(file, found.size)) {
      for (const { number, text, value, end, isEnded } of batch) {
        if (value === undefined && end === found.size) {
          if (isEnded) found.changed.push(number);
          return { ...found, torn: true };
        }
        if (value === undefined) throw damaged(path, number, 'it is not JSON');
        refuseNewer(path, number, value);
        if (seal && !seal.isGenuine(text, journal)) {
          found.changed.push(number);
          found.end = end;
          found.unended = !isEnded;
          continue;
        }
        const record = readRecord(path, number, value);
        if (record.seq <= found.lastSeq)
          throw damaged(path, number, `number ${record.seq} follows ${found.lastSeq}`);
        if (record.seq > limit) return { ...found, invalidFrom: record.seq };
        onRecord(record);
        found.end = end;
        found.unended = !isEnded;
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
      message: `Line ${line} of the journal is damaged; the ${line - 1} lines before it are valid.`,
      remedy: `Fix or delete that line if you know its content. Otherwise move ${path} away: then steps whose checks pass are skipped, and all others run again.`,
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
      message: `The journal must have format ${JOURNAL_SCHEMA} or older, but a newer runbook wrote format ${version}.`,
      remedy: 'Use the newer version of runbook. A journal cannot be converted to an older format.',
      place: { file: path, line, column: 1 },
    },
    EXIT.person,
  );
}
