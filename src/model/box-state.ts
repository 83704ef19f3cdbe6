import type { Diagnostic } from './diagnostic.ts';

/**
 * What runbook keeps on the box itself, outside every project: the number of the last record of each journal that used
 * the box, and the box's lock. Stored on the box, so that restoring an old snapshot is noticed, and so that two people
 * on two machines see each other's lock.
 */
export interface BoxState {
  /**
   * The stored number for a journal, or 0. Writes nothing.
   *
   */
  counter(key: string): Promise<number>;
  /**
   * Opens a journal's number for writing.
   *
   * @throws RunbookError 3 if the box cannot store it.
   */
  openCounter(key: string): Promise<BoxCounter>;
  /**
   * Takes the box's lock without waiting.
   *
   * @throws RunbookError 3 if the box cannot store it.
   */
  lock(request: BoxLockRequest): Promise<BoxLock>;
}

/** The number of one journal, open for writing. */
export interface BoxCounter {
  /** Number of the last record that involved this box; 0 if missing. */
  readonly value: number;
  /**
   * Stores the number, before its record is written. On this machine the write is done when this returns. On a remote
   * box the write is sent and arrives even if this process is killed now; `sync` confirms it.
   *
   * @throws RunbookError 3 if the disk refuses, or the connection to the box is known to be lost.
   */
  set(value: number): void;
  /**
   * Resolves when the number is on the box's disk.
   *
   * @throws RunbookError 3 if the connection was lost before that. Then nothing that depends on the number is
   * confirmed.
   */
  sync(): Promise<void>;
  close(): void;
}

/** Describes the lock's holder; shown to anyone who finds the lock held. */
export interface BoxLockRequest {
  /** The verb, such as `replay`. */
  readonly command: string;
  /** The document's real path. */
  readonly document: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The lock, or a description of its holder. Calling `release` twice is safe. If the holder dies, the lock is free at
 * once.
 */
export type BoxLock =
  | { readonly kind: 'acquired'; readonly release: () => void }
  | { readonly kind: 'held'; readonly diagnostic: Diagnostic };
