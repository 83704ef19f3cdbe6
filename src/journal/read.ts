import { type FileHandle, open } from 'node:fs/promises';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import type { JournalRecord } from '../model/journal.ts';
import { isPlainRecord, SCHEMA } from './record-shape.ts';
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
 * record up to `limit`, the box's counter. A missing file is an empty journal.
 * @throws RunbookError 3 for a line that is no record and not the last, for numbers out of order, and for a newer schema.
 */
export async function readRecords(
  path: string,
  limit: number,
  onRecord: (record: JournalRecord) => void,
): Promise<ReadJournal> {
  const found = { end: 0, size: 0, records: 0, lastSeq: 0, torn: false };
  const file = await openIfThere(path);
  if (!file) return found;
  try {
    found.size = (await file.stat()).size;
    let number = 0;
    for await (const line of lines(file)) {
      number += 1;
      const last = line.end === found.size;
      const value = line.whole ? parseJson(line.text) : undefined;
      if (value === undefined) {
        if (!last) throw damaged(path, number, 'it is not JSON');
        return { ...found, torn: true };
      }
      const record = isPlainRecord(value) ? value : await judgeOddLine(path, number, value);
      if (record.seq <= found.lastSeq)
        throw damaged(path, number, `number ${record.seq} follows ${found.lastSeq}`);
      if (record.seq > limit) return { ...found, voidFrom: record.seq };
      onRecord(record);
      found.end = line.end;
      found.lastSeq = record.seq;
      found.records += 1;
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

/** The lines of a file with the offset where each ends; `whole`: its line end was there. */
async function* lines(file: FileHandle): AsyncGenerator<{ text: string; end: number; whole: boolean }> {
  let parts: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, offset);
    const chunk = buffer.subarray(0, bytesRead);
    if (bytesRead === 0) break;
    let start = 0;
    for (let at = chunk.indexOf(LINE_END); at !== -1; at = chunk.indexOf(LINE_END, start)) {
      parts.push(chunk.subarray(start, at));
      start = at + 1;
      yield { text: text(parts), end: offset + start, whole: true };
      parts = [];
    }
    if (start < bytesRead) parts.push(chunk.subarray(start));
    offset += bytesRead;
  }
  if (parts.length > 0) yield { text: text(parts), end: offset, whole: false };
}

function text(parts: readonly Buffer[]): string {
  return (parts.length === 1 ? parts[0]! : Buffer.concat(parts)).toString('utf8');
}

/** undefined: not JSON (which JSON itself cannot say). */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function judgeOddLine(path: string, line: number, value: unknown): Promise<JournalRecord> {
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > SCHEMA) throw newer(path, line, version);
  const { JournalRecord } = await import('../model/journal.ts');
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
        message: `Line ${line} of the journal is not a record, though more follows it or it is complete; nothing was changed.`,
        remedy: `Mend that line if you know what it was, or move ${path} away: steps whose checks pass are then skipped as found, all others act again.`,
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
        message: `The journal was written by a newer runbook (format ${version}, this one knows ${SCHEMA}); nothing was changed.`,
        remedy: 'Use the newer version here; a journal is never converted backwards.',
        place: { file: path, line, column: 1 },
      },
    ],
    EXIT.person,
  );
}
