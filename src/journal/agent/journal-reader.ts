import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { LoopRecord, LoopState } from '../../loop/loop.ts';
import { EMPTY_LOOP, withRecord } from '../../loop/loop-state.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { AgentRecord } from './agent-entry.ts';
import { type JournalLine, readLines } from './journal-lines.ts';

type StoreRecord = LoopRecord | AgentRecord;

/** A journal as it stood at one moment. Never changed afterwards: what is computed from it can be kept beside it. */
export interface Recalled {
  readonly records: readonly StoreRecord[];
  readonly loop: LoopState;
}

const NOTHING: Recalled = { records: [], loop: EMPTY_LOOP };

/**
 * What this process has read of one journal, so that a call reads only what is new: the file is the truth, and whoever wrote it
 * in the meantime, or edited it, is heard. A journal grows at its end; its beginning is compared by its hash before it is
 * believed.
 */
export class JournalReader {
  readonly snapshots = new SnapshotShelf();
  #now = NOTHING;
  #bytes = 0;
  #hash = hashOf(Buffer.alloc(0));
  readonly #kept: JournalLine[] = [];
  /** What the file says, and behind it what is kept here. */
  #whole: { readonly of: Recalled; readonly all: Recalled } | undefined;

  constructor(readonly path: string) {}

  /** @throws RunbookError 3 for a journal of a newer version, or the system's error where it cannot be read. */
  recall(): Recalled {
    this.#refresh();
    if (this.#kept.length === 0) return this.#now;
    if (this.#whole?.of !== this.#now) this.#whole = { of: this.#now, all: withLines(this.#now, this.#kept) };
    return this.#whole.all;
  }

  /** Keeps lines in this process alone, for a server that may write nothing. */
  keep(lines: readonly JournalLine[]): void {
    this.#kept.push(...lines);
    this.#whole = undefined;
  }

  #refresh(): void {
    const bytes = existsSync(this.path) ? readFileSync(this.path) : Buffer.alloc(0);
    if (bytes.length < this.#bytes || hashOf(bytes.subarray(0, this.#bytes)) !== this.#hash) this.#forget();
    const end = bytes.lastIndexOf(0x0a) + 1;
    if (end > this.#bytes) {
      const text = bytes.toString('utf8', this.#bytes, end);
      this.#now = withLines(this.#now, readLines(text, this.path));
      this.#bytes = end;
      this.#hash = hashOf(bytes.subarray(0, end));
    }
  }

  #forget(): void {
    if (this.#now === NOTHING && this.#bytes === 0) return;
    this.#now = NOTHING;
    this.#bytes = 0;
    this.#hash = hashOf(Buffer.alloc(0));
  }
}

/**
 * Snapshots by id, the latest few and the first: the content of an id never changes, and reading one costs more than most
 * calls.
 */
class SnapshotShelf {
  readonly #all = new Map<string, Snapshot>();

  get(id: string): Snapshot | undefined {
    return this.#all.get(id);
  }

  /** Makes room by letting go of the second oldest: the first tells what no step ever did. */
  set(id: string, snapshot: Snapshot, most: number): void {
    this.#all.set(id, snapshot);
    const [, second] = this.#all.keys();
    if (this.#all.size > most && second !== undefined) this.#all.delete(second);
  }
}

function withLines({ records, loop }: Recalled, lines: readonly JournalLine[]): Recalled {
  const added = lines.map((line, index) => ({ ...line, seq: records.length + index + 1 }) as StoreRecord);
  return {
    records: [...records, ...added],
    loop: added.filter(isLoop).reduce(withRecord, loop),
  };
}

const AGENT_KINDS: ReadonlySet<string> = new Set(['job', 'job-ended', 'snapshot', 'approval']);

function isLoop(record: StoreRecord): record is LoopRecord {
  return !AGENT_KINDS.has(record.kind);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('base64');
}
