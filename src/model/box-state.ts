import type { Diagnostic } from './diagnostic.ts';

/**
 * What a box itself keeps of runbook, outside every project: the number of the last record of each journal that it took
 * part in, and the one lock. It lies on the box, so that a box which was set back to a snapshot is not believed to be what
 * it was later, and so that two people who work on it from two machines meet.
 */
export interface BoxState {
  /** The number that the box keeps for a journal; 0 where there is none. Writes nothing. */
  counter(key: string): Promise<number>;
  /**
   * Opens the number of a journal for writing.
   * @throws RunbookError 3 where the box cannot keep it.
   */
  openCounter(key: string): Promise<BoxCounter>;
  /**
   * Takes the box's lock, at once or not at all.
   * @throws RunbookError 3 where the box cannot keep it.
   */
  lock(request: BoxLockRequest): Promise<BoxLock>;
}

/** The number of one journal, open for writing. */
export interface BoxCounter {
  /** Number of the last record that this box took part in; 0: none. */
  readonly value: number;
  /**
   * Hands the number over, ahead of the record that gets it. On this machine it is written when this returns. To another
   * box it is on its way, and arrives even if this program is killed now; `sync` says that it has.
   * @throws RunbookError 3 where the disk refuses, or the connection to the box is known to be lost.
   */
  set(value: number): void;
  /**
   * Resolves when the number is on the box's disk.
   * @throws RunbookError 3 where the connection was lost before that: what it was to confirm is not confirmed.
   */
  sync(): Promise<void>;
  close(): void;
}

/** Who wants the lock, told to whoever comes second. */
export interface BoxLockRequest {
  /** The verb, such as `replay`. */
  readonly command: string;
  /** The document's real path. */
  readonly document: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The lock, or who has it. `release` may be called twice; a holder that dies leaves nothing to wait for. */
export type BoxLock =
  | { readonly kind: 'acquired'; readonly release: () => void }
  | { readonly kind: 'held'; readonly diagnostic: Diagnostic };
