import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, openSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { PassSummary, RunEvent } from '../../model/outcome.ts';
import { RECORD_SCHEMA, type RecordHead, type RecordLine, type RecordNote } from '../../model/pass-record.ts';
import { OWN_FILE, prepareSubfolder } from '../journal-folder.ts';
import { thisProcess } from '../lock/process-identity.ts';
import { OutputLimit } from './output-limit.ts';
import { prunePasses } from './prune-passes.ts';

/** Milliseconds of a pass that a crash may lose, and bytes that are gathered until then. */
const FLUSH_MS = 200;
const FLUSH_BYTES = 64 * 1024;

/** Writes the record of one pass. It never fails a pass: what the disk refuses is left out. */
export interface PassRecorder {
  readonly id: string;
  /** Events are masked already. */
  record(event: RunEvent | RecordNote): void;
  /** Writes the end, compresses the file, and removes the oldest passes beyond the limits. */
  end(outcome: PassSummary['outcome']): Promise<void>;
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
  const at = new Date(began).toISOString();
  const id = `${at.slice(0, 19).replaceAll(':', '-')}-${randomBytes(2).toString('hex')}`;
  const head: RecordHead = { record: RECORD_SCHEMA, id, at, process: thisProcess(), ...start };
  const passes = await prepareSubfolder(folder, 'passes').catch(() => undefined);
  const file = passes === undefined ? undefined : openQuietly(join(passes, `${id}.jsonl`));
  if (passes === undefined || file === undefined) return { id, record() {}, end: async () => {} };
  return new FileRecorder(id, { folder: passes, file, began, now }, head);
}

function openQuietly(path: string): { readonly path: string; readonly descriptor: number } | undefined {
  try {
    return { path, descriptor: openSync(path, OWN_FILE.append, 0o600) };
  } catch {
    return undefined;
  }
}

interface RecordFile {
  readonly folder: string;
  readonly file: { readonly path: string; readonly descriptor: number };
  readonly began: number;
  readonly now: () => number;
}

class FileRecorder implements PassRecorder {
  readonly #output = new OutputLimit((line) => this.#write(line));
  #pending = '';
  #timer: NodeJS.Timeout | undefined;
  #failed = false;

  constructor(
    readonly id: string,
    private readonly to: RecordFile,
    head: RecordHead,
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

  async end(outcome: PassSummary['outcome']): Promise<void> {
    this.#output.settleAll();
    const at = new Date(this.to.now()).toISOString();
    this.#write({ type: 'record-ended', at, outcome, ms: this.to.now() - this.to.began });
    this.#flush();
    closeSync(this.to.file.descriptor);
    if (this.#failed) return;
    await compress(this.to.file.path).catch(() => {});
    await prunePasses(this.to.folder).catch(() => {});
  }

  #write(line: RecordLine): void {
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

/** The plain file goes only once the compressed one is whole; a crash between them leaves both, and readers prefer the plain one. */
async function compress(path: string): Promise<void> {
  const target = await open(`${path}.gz`, OWN_FILE.anew, 0o600);
  await pipeline(createReadStream(path), createGzip({ level: 6 }), target.createWriteStream());
  rmSync(path);
}
