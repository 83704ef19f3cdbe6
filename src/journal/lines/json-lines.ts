import { appendFile, type FileHandle } from 'node:fs/promises';
import type { z } from 'zod';

/*
 * Every journal is a file of JSON lines, and one rule holds for all of them. A line that is JSON was written to its end, with
 * or without its newline, because a record ends with its closing brace. A last line that is not JSON is incomplete: a crash
 * cut off its write, and the record was never reported. Any other line that is not JSON is damaged. Empty lines mean nothing.
 */

/** One line of a journal. Offsets are in bytes. */
export interface JsonLine {
  /** From 1, as editors count. */
  readonly number: number;
  readonly text: string;
  /** Undefined if the line is not JSON, which has no value for that. */
  readonly value: unknown;
  /** Offset after the line and its newline. */
  readonly end: number;
  /** Whether it ended with a newline. */
  readonly isEnded: boolean;
}

const CHUNK = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines of the first `size` bytes of a file, in batches, in memory bounded by the longest line. Decoding a whole chunk and
 * splitting it costs a third of decoding line by line, and a promise for each line would cost more than its JSON.
 */
export async function* readJsonLines(file: FileHandle, size: number): AsyncGenerator<JsonLine[]> {
  let rest: Buffer[] = [];
  let before = { end: 0, number: 0 };
  for (let offset = 0; offset < size; ) {
    const wanted = Math.min(CHUNK, size - offset);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    if (bytesRead === 0) break;
    offset += bytesRead;
    const cut = buffer.lastIndexOf(NEWLINE, bytesRead - 1) + 1;
    if (cut > 0) {
      const lines = linesOf(Buffer.concat([...rest, buffer.subarray(0, cut)]), before);
      before = lines.at(-1) ?? before;
      yield lines.filter(isMeant);
      rest = [];
    }
    if (cut < bytesRead) rest.push(buffer.subarray(cut, bytesRead));
  }
  if (rest.length > 0) yield linesOf(Buffer.concat(rest), before).filter(isMeant);
}

/** The lines of what was read in one go. */
export function jsonLinesOf(content: Buffer | string): JsonLine[] {
  return linesOf(Buffer.from(content), { end: 0, number: 0 }).filter(isMeant);
}

/** What a text says in lines that fit a schema; all others are passed over. */
export function entriesOf<Entry extends z.ZodType>(text: string, schema: Entry): z.infer<Entry>[] {
  return jsonLinesOf(text).flatMap(({ value }) => {
    const read = schema.safeParse(value);
    return read.success ? [read.data] : [];
  });
}

/**
 * Appends entries to a file that other processes may write too: in one write, which kill -9 leaves complete or absent, and
 * on the disk before it returns. Starts with a newline, in case a power failure cut off the write before.
 */
export async function appendLines(
  path: string,
  entries: readonly object[],
  flag: string | number = 'a',
): Promise<void> {
  const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  // `flag` may be a number (O_NOFOLLOW has no letter), which Node takes and its types do not name.
  await appendFile(path, `\n${lines}`, { mode: 0o600, flush: true, flag: flag as string });
}

function isMeant({ text }: JsonLine): boolean {
  return text !== '';
}

/** Offsets are counted in bytes, because a damaged character changes its length when it is decoded. */
function linesOf(bytes: Buffer, before: Pick<JsonLine, 'end' | 'number'>): JsonLine[] {
  const texts = bytes.toString('utf8').split('\n');
  if (texts.at(-1) === '') texts.pop();
  let end = 0;
  return texts.map((text, index) => {
    const newline = bytes.indexOf(NEWLINE, end);
    end = newline === -1 ? bytes.length : newline + 1;
    return {
      number: before.number + index + 1,
      text,
      value: parseJson(text),
      end: before.end + end,
      isEnded: newline !== -1,
    };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
