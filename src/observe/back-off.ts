import { setTimeout as delay } from 'node:timers/promises';

/** How the pause between retries grows. All times in milliseconds. */
export interface BackOff {
  /** Retries so far, from 0. */
  readonly attempt: number;
  /** The pause never ends after this time, in milliseconds since the epoch. */
  readonly deadline: number;
  readonly firstMs?: number;
  readonly longestMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Pauses before a retry: 20 ms, doubled with each attempt up to a second, minus random jitter of up to half so that
 * waiters do not retry in step. Resolves at once if the deadline has passed, and early when the signal aborts.
 *
 * The only pause in the program; everything else waits for events.
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
    // Aborted: the caller stops by the same signal.
  }
}
