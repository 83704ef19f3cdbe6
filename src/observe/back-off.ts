import { setTimeout as delay } from 'node:timers/promises';

/** How a pause grows. All times in milliseconds. */
export interface BackOff {
  /** Tries so far, from 0. */
  readonly attempt: number;
  /** Never pauses past this moment, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly firstMs?: number;
  readonly longestMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Pauses before asking again: 20 ms, doubled with each attempt up to a second, less up to half by chance so that many
 * waiters do not ask in step. Resolves at once where the deadline has passed, and early when the signal aborts.
 *
 * The only pause in the program; whatever can be awaited by an event is.
 */
export async function backOff({
  attempt,
  deadline,
  firstMs = 20,
  longestMs = 1000,
  signal,
}: BackOff): Promise<void> {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30));
  const jittered = full * (1 - Math.random() / 2);
  const pause = Math.min(jittered, deadline - Date.now());
  if (!(pause > 0)) return;
  try {
    await delay(pause, undefined, signal && { signal });
  } catch {
    // Aborted: whoever asked stops by the same signal.
  }
}
