import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { OWN_FILE } from '../../journal/journal-folder.ts';
import { jsonLinesOf } from '../../journal/lines/json-lines.ts';
import type { RecordLine } from '../../model/pass-record.ts';

/** One line of a record that is being written. `at` counts the lines after the head, from 1. */
export interface FollowedLine {
  readonly pass: string;
  readonly at: number;
  readonly line: RecordLine;
}

/** Bytes of one read. */
const CHUNK = 256 * 1024;

/** Reads what is added to a record, without reading again what was there before. */
export class RecordTail {
  #offset = 0;
  #at = -1;
  /** The beginning of a line whose end is not written yet. */
  #partial: Buffer = Buffer.alloc(0);

  constructor(
    private readonly passes: string,
    private readonly pass: string,
  ) {}

  /** The number of the last line that was read. */
  get at(): number {
    return Math.max(0, this.#at);
  }

  /** Reports the lines since the last call. False: the file does not exist, or it was compressed. */
  async read(report: (lines: readonly FollowedLine[]) => void): Promise<boolean> {
    const file = await open(join(this.passes, `${this.pass}.jsonl`), OWN_FILE.read).catch(() => undefined);
    if (!file) return false;
    try {
      while (await this.#readChunk(file, report));
    } finally {
      await file.close();
    }
    return true;
  }

  async #readChunk(file: FileHandle, report: (lines: readonly FollowedLine[]) => void): Promise<boolean> {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, this.#offset);
    this.#offset += bytesRead;
    // Only whole lines are decoded, so that a letter of several bytes is never cut.
    const bytes = Buffer.concat([this.#partial, buffer.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.#partial = bytes.subarray(end);
    const lines = jsonLinesOf(bytes.subarray(0, end)).flatMap(({ value }) => this.#lineOf(value));
    if (lines.length > 0) report(lines);
    return bytesRead === CHUNK;
  }

  /** The head, and what is not JSON, are counted only. */
  #lineOf(value: unknown): FollowedLine[] {
    this.#at += 1;
    if (this.#at === 0 || value === undefined) return [];
    return [{ pass: this.pass, at: this.#at, line: value as RecordLine }];
  }
}
