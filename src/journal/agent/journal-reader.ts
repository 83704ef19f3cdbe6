import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { LoopRecord, LoopState } from '../../loop/loop.ts';
import { EMPTY_LOOP, withRecord } from '../../loop/loop-state.ts';
import type { Snapshot } from '../../model/facts/snapshot.ts';
import { jsonLinesOf } from '../lines/json-lines.ts';
import type { AgentRecord } from './agent-entry.ts';
import { entriesIn, type JournalLine } from './journal-lines.ts';

type StoreRecord = LoopRecord | AgentRecord;

/** A journal as read at one moment. Immutable, so that results computed from it can be cached. */
export interface JournalContent {
  readonly records: readonly StoreRecord[];
  readonly loop: LoopState;
}

const NOTHING: JournalContent = { records: [], loop: EMPTY_LOOP };

/**
 * What this process has read of one journal, so that a call reads only new lines. The file is authoritative: writes of
 * other processes and edits are detected. A journal only grows, so its known beginning is compared by hash.
 */
export class JournalReader {
  readonly snapshots = new SnapshotCache();
  #current = NOTHING;
  #bytes = 0;
  #hash = hashOf(Buffer.alloc(0));
  readonly #kept: JournalLine[] = [];
  /** The lines of the file, followed by those kept in memory. */
  #combined: { readonly of: JournalContent; readonly all: JournalContent } | undefined;

  constructor(readonly path: string) {}

  /** @throws RunbookError 3 for a journal of a newer version, or the system's error if it cannot be read */
  read(): JournalContent {
    this.#refresh();
    if (this.#kept.length === 0) return this.#current;
    if (this.#combined?.of !== this.#current)
      this.#combined = { of: this.#current, all: withLines(this.#current, this.#kept) };
    return this.#combined.all;
  }

  /** Keeps lines in this process only, for a server that may not write. */
  keep(lines: readonly JournalLine[]): void {
    this.#kept.push(...lines);
    this.#combined = undefined;
  }

  #refresh(): void {
    const bytes = existsSync(this.path) ? readFileSync(this.path) : Buffer.alloc(0);
    if (bytes.length < this.#bytes || hashOf(bytes.subarray(0, this.#bytes)) !== this.#hash) this.#forget();
    const lines = jsonLinesOf(bytes.subarray(this.#bytes));
    const last = lines.at(-1);
    // An incomplete last line may be one that is being written.
    if (last && !last.isEnded && last.value === undefined) lines.pop();
    const read = lines.at(-1)?.end ?? 0;
    if (read === 0) return;
    this.#current = withLines(this.#current, entriesIn(lines, this.path));
    this.#bytes += read;
    this.#hash = hashOf(bytes.subarray(0, this.#bytes));
  }

  #forget(): void {
    if (this.#current === NOTHING && this.#bytes === 0) return;
    this.#current = NOTHING;
    this.#bytes = 0;
    this.#hash = hashOf(Buffer.alloc(0));
  }
}

/**
 * Snapshots by id, the latest few and the first. The content of an id never changes, and reading one costs more than
 * most calls.
 */
class SnapshotCache {
  readonly #all = new Map<string, Snapshot>();

  get(id: string): Snapshot | undefined {
    return this.#all.get(id);
  }

  /** Evicts the second oldest: the first shows the state before any step. */
  set(id: string, snapshot: Snapshot, most: number): void {
    this.#all.set(id, snapshot);
    const [, second] = this.#all.keys();
    if (this.#all.size > most && second !== undefined) this.#all.delete(second);
  }
}

function withLines({ records, loop }: JournalContent, lines: readonly JournalLine[]): JournalContent {
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
