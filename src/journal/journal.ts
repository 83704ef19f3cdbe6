import { randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BoxIdentity } from '../model/box.ts';
import type { BoxCounter, BoxState } from '../model/box-state.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { JOURNAL_SCHEMA, type JournalEntry, type JournalRecord, type StepMemory } from '../model/journal.ts';
import { dataSync, journalKey, syncDirectory } from './box-state.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { OWN_FILE, prepareFolder, setAside } from './journal-folder.ts';
import { emptyMemory, fixKey, type JournalMemory, remember } from './memory.ts';
import { type ReadJournal, readJournalRecords } from './read.ts';
import { makeSeal, readSeal, type Seal } from './seal.ts';
import { storageError, storing } from './storage-error.ts';

/** Identifies a journal: one document on one box. */
export interface JournalPlace {
  /** The document's real path. It is part of the key, so a copied folder does not use the original's journal. */
  readonly document: string;
  /** The document's folder, which contains `.runbook/`. */
  readonly folder: string;
  readonly box: BoxIdentity;
  /** The box's part of the journal, outside every project. */
  readonly state: BoxState;
  /** The person's state folder, which keeps the keys that sign records. Absent: records are neither signed nor checked. */
  readonly keys?: string;
}

export interface JournalOptions extends JournalPlace {
  /** The folder on the box that corresponds to the document's; default: the same path. */
  readonly boxFolder?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Version of runbook, for the record of the pass. */
  readonly version: string;
}

/** The content of a journal, read without writing: for plan, status and verify. */
export interface JournalView {
  /** The journal's file, which may not exist yet. */
  readonly path: string;
  readonly memory: ReadonlyMap<string, StepMemory>;
  /** The last pass, if any. `ended` is its outcome, undefined while it has not ended. */
  readonly lastPass?: { readonly id: string; readonly ended?: string };
  /** Notes for a person: void records, an incomplete line. */
  readonly diagnostics: readonly Diagnostic[];
}

/** An append-only log of passes. What is confirmed in it survives kill -9, power failures and reboots. */
export interface Journal {
  readonly path: string;
  /** What is known about each step, by id; updated by every append. */
  readonly memory: ReadonlyMap<string, StepMemory>;
  /** A pass that has not ended `done` continues with the same id. */
  readonly pass: { readonly id: string; readonly resumed: boolean };
  readonly diagnostics: readonly Diagnostic[];
  /** Whether this reactive Fix was already applied to this step in this pass. */
  fixUsed(step: string, problem: string, action: string): boolean;
  /**
   * Writes one record and returns its number. It survives kill -9 from now on, and a power failure once `durable`
   * resolves.
   * @throws RunbookError 3 if the disk fails; the journal is then unchanged
   */
  append(entry: JournalEntry): number;
  /** Resolves as soon as possible when everything appended is on disk. */
  durable(): Promise<void>;
  /** The same within some milliseconds: many short steps share one sync, which overlaps the work that follows. */
  durableSoon(): Promise<void>;
  /** Transfers what is known about `from` to `to`; see renames `findRenames`. */
  renameStep(from: string, to: string): void;
  /** Path on the box for the output of a background fence. */
  logPath(step: string, fence: number): string;
  close(): Promise<void>;
}

/**
 * Reads a journal and writes nothing, so that it works without write permission.
 * @throws RunbookError 3 for a damaged line or a newer schema
 */
export async function readJournal(place: JournalPlace): Promise<JournalView> {
  const { path, memory, read, isUnsigned } = await readAll(place);
  return {
    path,
    memory: memory.steps,
    ...(memory.pass ? { lastPass: memory.pass } : {}),
    diagnostics: diagnosticsOf(path, read, isUnsigned),
  };
}

/**
 * Opens a document's journal on this box for writing. The caller holds the box's lock (lock.ts), so there is one
 * writer.
 * @throws RunbookError 3 for an unwritable folder, a full disk, a damaged line or a newer schema
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  await prepareFolder(options.folder);
  const whole = await readAll(options);
  const { path, key, read } = whole;
  if (read.invalidFrom !== undefined) await setAside(path, read.end);
  const counter = await options.state.openCounter(key);
  const fd = await storing('the journal', path, () => openForAppending(path, options.folder, read));
  const seal = whole.seal ?? (await newSeal(options, whole, counter.value));
  return new OpenJournal(options, fd, counter, { ...whole, ...(seal ? { seal } : {}) });
}

/** Removes the journal of a box that no longer exists. Succeeds if it was never written. */
export async function forgetJournal(place: Omit<JournalPlace, 'state'>): Promise<void> {
  await rm(locate(place).path, { force: true });
}

function locate({ box, document, folder }: Omit<JournalPlace, 'state'>): { key: string; path: string } {
  const key = journalKey(box.id, document);
  return { key, path: join(folder, '.runbook', `${basename(document)}.${key}.jsonl`) };
}

/** The whole content of the journal, and what reading found. */
interface WholeJournal {
  readonly path: string;
  readonly key: string;
  readonly memory: JournalMemory;
  readonly read: ReadJournal;
  readonly seal?: Seal;
  /** Records are there that an older version wrote without signing them. */
  readonly isUnsigned: boolean;
}

async function readAll(place: JournalPlace): Promise<WholeJournal> {
  const { key, path } = locate(place);
  const memory = emptyMemory();
  const limit = () => place.state.counter(key);
  const { keys } = place;
  const seal =
    keys === undefined
      ? undefined
      : await storing('the key of the journal', keys, async () => readSeal(keys, key));
  const read = await readJournalRecords(path, limit, (record) => remember(memory, record), seal);
  const isUnsigned = keys !== undefined && seal === undefined && read.records > 0;
  return { path, key, memory, read, isUnsigned, ...(seal ? { seal } : {}) };
}

/** Signs from the next record on; what is there already is covered by one hash. */
async function newSeal(
  { keys }: JournalOptions,
  { path, key, read }: WholeJournal,
  counter: number,
): Promise<Seal | undefined> {
  if (keys === undefined) return undefined;
  return await storing('the key of the journal', keys, async () => {
    const journal = readFileSync(path).subarray(0, read.end);
    return makeSeal(keys, key, { from: Math.max(counter, read.lastSeq) + 1, journal });
  });
}

async function openForAppending(path: string, folder: string, read: ReadJournal): Promise<number> {
  const fd = openSync(path, OWN_FILE.append, 0o600);
  if (read.torn) ftruncateSync(fd, read.end);
  if (read.unended) writeSync(fd, '\n');
  if (read.size === 0) await syncDirectory(join(folder, '.runbook'));
  return fd;
}

/**
 * Milliseconds for which records wait to share a sync: the most that a power failure can take from a pass of short
 * steps.
 */
const RELEASE_DELAY_MS = 8;

class OpenJournal implements Journal {
  readonly pass: Journal['pass'];
  readonly diagnostics: readonly Diagnostic[];
  readonly path: string;
  private readonly known: JournalMemory;
  readonly #seal: Seal | undefined;
  readonly #commit: GroupCommit;
  #seq: number;
  #size: number;
  #passStarted = false;
  #open = true;

  constructor(
    private readonly options: JournalOptions,
    private readonly fd: number,
    private readonly counter: BoxCounter,
    { path, memory: known, read, seal, isUnsigned }: WholeJournal,
  ) {
    this.path = path;
    this.known = known;
    this.#seal = seal;
    const open = known.pass && known.pass.ended !== 'done' ? known.pass.id : undefined;
    this.pass = { id: open ?? newPassId(options.now()), resumed: open !== undefined };
    this.diagnostics = diagnosticsOf(path, read, isUnsigned);
    this.#seq = Math.max(counter.value, read.lastSeq);
    this.#size = read.end + (read.unended ? 1 : 0);
    this.#commit = createGroupCommit(() => this.#sync(), RELEASE_DELAY_MS);
  }

  get memory(): ReadonlyMap<string, StepMemory> {
    return this.known.steps;
  }

  fixUsed(step: string, problem: string, action: string): boolean {
    const { pass, fixes } = this.known;
    return pass?.id === this.pass.id && fixes.get(step)?.has(fixKey(problem, action)) === true;
  }

  append(entry: JournalEntry): number {
    if (!this.#passStarted) this.#startPass(entry);
    return this.#write(entry);
  }

  durable(): Promise<void> {
    return this.#commit.settled();
  }

  durableSoon(): Promise<void> {
    return this.#commit.soon();
  }

  renameStep(from: string, to: string): void {
    this.append({ kind: 'renamed', step: to, from });
  }

  logPath(step: string, fence: number): string {
    return join(
      this.options.boxFolder ?? this.options.folder,
      '.runbook',
      'logs',
      `${fileName(step)}.${fence + 1}.log`,
    );
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.durable().finally(() => {
      closeSync(this.fd);
      this.counter.close();
    });
  }

  /** Every process that continues a pass records that before its first record, resumed or not. */
  #startPass(entry: JournalEntry): void {
    this.#passStarted = true;
    if (entry.kind === 'pass-started') return;
    const { version, document, box } = this.options;
    this.#write({ kind: 'pass-started', version, document, box: box.name });
  }

  /** Counter first, record second; box-state.ts explains why. */
  #write(entry: JournalEntry): number {
    if (!this.#open) throw new Error('The journal is closed.');
    const seq = this.#seq + 1;
    const at = new Date(this.options.now()).toISOString();
    const record = { v: JOURNAL_SCHEMA, seq, at, pass: this.pass.id, ...entry } as JournalRecord;
    const text = JSON.stringify(record);
    const line = Buffer.from(`${this.#seal?.sign(text) ?? text}\n`);
    this.#storing(() => this.counter.set(seq));
    this.#seq = seq;
    this.#storing(() => this.#writeWhole(line));
    remember(this.known, record);
    this.#commit.touch();
    return seq;
  }

  /** A full disk may accept half a line. It is removed, so that the next line starts correctly. */
  #writeWhole(line: Buffer): void {
    try {
      const written = writeSync(this.fd, line);
      if (written < line.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
      this.#size += line.length;
    } catch (error) {
      ftruncateSync(this.fd, this.#size);
      throw error;
    }
  }

  async #sync(): Promise<void> {
    try {
      await Promise.all([this.counter.sync(), dataSync(this.fd)]);
    } catch (error) {
      throw storageError('the journal', this.path, error);
    }
  }

  #storing(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw storageError('the journal', this.path, error);
    }
  }
}

function diagnosticsOf(path: string, read: ReadJournal, isUnsigned: boolean): Diagnostic[] {
  const found = read.changed.map((line) => changed(path, line));
  if (isUnsigned) found.push(unsigned(path));
  if (read.invalidFrom !== undefined) {
    found.push({
      code: 'journal-void',
      severity: 'warning',
      message: `The journal's records from number ${read.invalidFrom} on are ignored because this box has no trace of them. It was restored from an older state, or lost its state.`,
      remedy: 'You need not do anything: the steps are evaluated again by their checks.',
      place: { file: path, line: read.records + 1, column: 1 },
    });
  }
  if (read.torn) {
    found.push({
      code: 'journal-torn',
      severity: 'info',
      message: "The journal's last line is incomplete, so its step was not confirmed.",
      remedy: 'You need not do anything: the line is removed before the next one is written.',
      place: { file: path, line: read.records + 1, column: 1 },
    });
  }
  return found;
}

function changed(path: string, line: number): Diagnostic {
  return {
    code: 'journal-changed',
    severity: 'warning',
    message: `Line ${line} of the journal was damaged or edited after it was written, so it does not count.`,
    remedy: 'Nothing to do: the checks of its step decide whether the step runs again.',
    place: { file: path, line, column: 1 },
  };
}

function unsigned(path: string): Diagnostic {
  return {
    code: 'journal-unsigned',
    severity: 'info',
    message: 'The records of this journal were written by an older version, which did not sign them.',
    remedy: 'Nothing to do: they are sealed as they are now, and new records are signed.',
    place: { file: path, line: 1, column: 1 },
  };
}

/** Sortable and readable; the random suffix distinguishes passes that start within one second. */
function newPassId(now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(2).toString('hex')}`;
}

/** A step id as a file name: slugs may contain letters of any script, but no separators. */
function fileName(step: string): string {
  return step.replaceAll(/[/\\\0]/g, '_').slice(0, 100);
}
