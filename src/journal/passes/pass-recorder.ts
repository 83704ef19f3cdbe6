import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import type { RunEvent } from '../../model/outcome.ts';
import {
  RECORD_SCHEMA,
  type RecordEnd,
  type RecordedOutcome,
  type RecordHead,
  type RecordLine,
  type RecordNote,
} from '../../model/pass-record.ts';
import { OWN_FILE, prepareSubfolder } from '../journal-folder.ts';
import { thisProcess } from '../lock/process-identity.ts';
import { DigestBuilder } from './digest-builder.ts';
import { OutputLimit } from './output-limit.ts';
import { addToIndex } from './pass-index.ts';
import { prunePasses } from './prune-passes.ts';
import { entryOf } from './read-record.ts';

/** Milliseconds of a pass that a crash may lose, and bytes that are gathered until then. */
const FLUSH_MS = 200;
const FLUSH_BYTES = 64 * 1024;

/** Writes the record of one pass. It never fails a pass: what the disk refuses is left out. */
export interface PassRecorder {
  /** Undefined: no file could be opened. */
  readonly id: string | undefined;
  /** Events are masked already. */
  record(event: RunEvent | RecordNote): void;
  /** Writes the end, compresses the file, and removes the oldest passes beyond the limits. */
  end(outcome: RecordedOutcome): Promise<void>;
}

/** What the head of a record says, but for what the recorder knows itself. */
export type RecordStart = Omit<RecordHead, 'record' | 'id' | 'at' | 'process'>;

/**
 * Starts a record in `.runbook/passes/` next to the document, readable by this user alone. Lines are gathered and written
 * without a sync: after a power cut the last moments are missing, which the journal's own records are not.
 */
export async function startRecord(
  folder: string,
  start: RecordStart,
  now: () => number,
): Promise<PassRecorder> {
  const began = now();
  const passes = await prepareSubfolder(folder, 'passes').catch(() => undefined);
  const opened = passes === undefined ? undefined : openRecord(passes, began);
  if (passes === undefined || !opened) return NOT_RECORDED;
  const { id, ...file } = opened;
  const at = new Date(began).toISOString();
  const head: RecordHead = { record: RECORD_SCHEMA, id, at, process: thisProcess(), ...start };
  return new FileRecorder(id, { folder: passes, file, began, now }, head);
}

const NOT_RECORDED: PassRecorder = { id: undefined, record() {}, end: async () => {} };

/**
 * Opens the record of a pass that starts now. Ids sort by time: the second, then the millisecond in three hexadecimal digits, then
 * a digit for passes of the same millisecond. Undefined: the disk refuses.
 */
function openRecord(
  folder: string,
  now: number,
): { readonly id: string; readonly path: string; readonly descriptor: number } | undefined {
  const at = new Date(now).toISOString();
  const millisecond = (now % 1000).toString(16).padStart(3, '0');
  for (let digit = 0; digit < 16; digit += 1) {
    const id = `${at.slice(0, 19).replaceAll(':', '-')}-${millisecond}${digit.toString(16)}`;
    const path = join(folder, `${id}.jsonl`);
    if (existsSync(`${path}.gz`)) continue;
    try {
      return { id, path, descriptor: openSync(path, OWN_FILE.fresh, 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined;
    }
  }
  return openRecord(folder, now + 1);
}

interface RecordFile {
  readonly folder: string;
  readonly file: { readonly path: string; readonly descriptor: number };
  readonly began: number;
  readonly now: () => number;
}

class FileRecorder implements PassRecorder {
  readonly #output = new OutputLimit((line) => this.#write(line));
  readonly #digest = new DigestBuilder();
  #pending = '';
  #timer: NodeJS.Timeout | undefined;
  #failed = false;

  constructor(
    readonly id: string,
    private readonly to: RecordFile,
    private readonly head: RecordHead,
  ) {
    this.#pending = `${JSON.stringify(head)}\n`;
    this.#flush();
  }

  record(event: RunEvent | RecordNote): void {
    if (event.type === 'output') {
      this.#output.take(event.step, event.text);
      return;
    }
    if ('step' in event) this.#output.settle(event.step);
    this.#write(event as RecordLine);
  }

  async end(outcome: RecordedOutcome): Promise<void> {
    this.#output.settleAll();
    const at = new Date(this.to.now()).toISOString();
    const end = { type: 'record-ended', at, outcome, ms: this.to.now() - this.to.began } as const;
    this.#write(end);
    this.#flush();
    closeSync(this.to.file.descriptor);
    if (this.#failed) return;
    await this.#finish(end).catch(() => {});
  }

  async #finish(end: RecordEnd): Promise<void> {
    const bytes = await compress(this.to.file.path);
    await addToIndex(this.to.folder, { ...entryOf({ head: this.head, end, bytes }), ...this.#digest.digest });
    await prunePasses(this.to.folder);
  }

  #write(line: RecordLine): void {
    this.#digest.add(line);
    const ms = this.to.now() - this.to.began;
    this.#pending += `${JSON.stringify({ ...line, ms: 'ms' in line && line.type === 'record-ended' ? line.ms : ms })}\n`;
    if (this.#pending.length >= FLUSH_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS).unref();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#pending;
    this.#pending = '';
    if (text === '' || this.#failed) return;
    try {
      writeSync(this.to.file.descriptor, text);
    } catch {
      this.#failed = true;
    }
  }
}

/** A larger record is compressed as a stream, which costs more memory than a small one has bytes. */
const LARGE_BYTES = 1024 * 1024;

/** The plain file goes only once the compressed one is whole; a crash between them leaves both, and readers prefer the plain one. */
async function compress(path: string): Promise<number> {
  const { size } = statSync(path);
  const target = await open(`${path}.gz`, OWN_FILE.truncated, 0o600);
  if (size > LARGE_BYTES)
    await pipeline(createReadStream(path), createGzip({ level: 6 }), target.createWriteStream());
  else await writeAndClose(target, gzipSync(readFileSync(path), { level: 6 }));
  rmSync(path);
  return statSync(`${path}.gz`).size;
}

async function writeAndClose(target: FileHandle, bytes: Buffer): Promise<void> {
  try {
    await target.writeFile(bytes);
  } finally {
    await target.close();
  }
}
