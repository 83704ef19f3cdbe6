import { type FileHandle, open } from 'node:fs/promises';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import { JOURNAL_SCHEMA, JournalRecord } from '../model/journal.ts';
import { storageError } from './storage-error.ts';

/** What reading found beside the records. Offsets are in bytes. */
export interface ReadJournal {
  /** Where the last record that counts ends; what follows is torn or void. */
  readonly end: number;
  /** Length of the file. */
  readonly size: number;
  readonly records: number;
  /** Number of the last record that counts; 0: none. */
  readonly lastSeq: number;
  /** A last line that was not written to its end. */
  readonly torn: boolean;
  /** Number of the first record beyond the box's counter. */
  readonly voidFrom?: number;
}

const CHUNK = 1024 * 1024;
const LINE_END = 0x0a;

/**
 * Reads a journal line by line, in time linear to its size and memory bounded by its longest line, and hands on every
 * record up to the limit, the box's counter. A missing file is an empty journal.
 *
 * The limit is asked for after the file's size: a pass that writes meanwhile raises the counter ahead of each record,
 * so every record within that size is covered, and reading needs no lock.
 * @throws RunbookError 3 for a line that is no record and not the last, for numbers out of order, and for a newer schema.
 */
export async function readJournalRecords(
  path: string,
  limitOf: () => number | Promise<number>,
  onRecord: (record: JournalRecord) => void,
): Promise<ReadJournal> {
  const found = { end: 0, size: 0, records: 0, lastSeq: 0, torn: false };
  const file = await openIfThere(path);
  if (!file) return found;
  try {
    found.size = (await file.stat()).size;
    const limit = await limitOf();
    for await (const batch of lines(file, found.size)) {
      for (const line of batch) {
        const value = line.whole ? parseJson(line.text) : undefined;
        if (value === undefined && line.end === found.size) return { ...found, torn: true };
        const number = found.records + 1;
        if (value === undefined) throw damaged(path, number, 'it is not JSON');
        const record = readRecord(path, number, value);
        if (record.seq <= found.lastSeq)
          throw damaged(path, number, `number ${record.seq} follows ${found.lastSeq}`);
        if (record.seq > limit) return { ...found, voidFrom: record.seq };
        onRecord(record);
        found.end = line.end;
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
  /** Offset behind its line end, in bytes. */
  readonly end: number;
  /** Its line end was there. */
  readonly whole: boolean;
}

/**
 * The lines of the first `size` bytes, in batches: decoding a chunk at once and splitting it costs a third of decoding
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

/** Offsets are counted in the bytes, for a damaged character has not its length once it is decoded. */
function linesOf(bytes: Buffer, offset: number): Line[] {
  const texts = bytes.toString('utf8').split('\n').slice(0, -1);
  let end = 0;
  return texts.map((text) => {
    end = bytes.indexOf(LINE_END, end) + 1;
    return { text, end: offset + end, whole: true };
  });
}

/** undefined: not JSON (which JSON itself cannot say). */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function readRecord(path: string, line: number, value: unknown): JournalRecord {
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > JOURNAL_SCHEMA) throw newer(path, line, version);
  const judged = JournalRecord.safeParse(value);
  if (judged.success) return judged.data;
  throw damaged(
    path,
    line,
    judged.error.issues.map((each) => `${each.path.join('.')}: ${each.message}`).join('; '),
  );
}

function damaged(path: string, line: number, cause: string): RunbookError {
  return new RunbookError(
    [
      {
        code: 'journal-damaged',
        severity: 'error',
        message: `Line ${line} of the journal is damaged. The ${line - 1} ahead of it are sound, and nothing was changed.`,
        remedy: `Mend or delete that line if you know what it was about, or move ${path} away: then steps whose checks pass are skipped as found, and all others act again.`,
        place: { file: path, line, column: 1 },
        cause,
      },
    ],
    EXIT.person,
  );
}

function newer(path: string, line: number, version: number): RunbookError {
  return new RunbookError(
    [
      {
        code: 'journal-newer',
        severity: 'error',
        message: `The journal was written by a newer runbook (format ${version}, this one knows ${JOURNAL_SCHEMA}); nothing was changed.`,
        remedy: 'Use the newer version here; a journal is never converted backwards.',
        place: { file: path, line, column: 1 },
      },
    ],
    EXIT.person,
  );
}
