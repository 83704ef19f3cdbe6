import type { ShellRequest } from '../model/shell.ts';

/** What can stop a fence early. */
export type Deadline = { readonly kind: 'timeout'; readonly afterMs: number } | { readonly kind: 'aborted' };

/** Node fires timers longer than this immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `stop` at the deadline or on abort, whichever is first. Returns a function that cancels the watch. */
export function watchDeadline(
  { timeoutMs, signal }: Pick<ShellRequest, 'timeoutMs' | 'signal'>,
  stop: (why: Deadline) => void,
): () => void {
  const onAbort = () => stop({ kind: 'aborted' });
  const onDeadline = () => stop({ kind: 'timeout', afterMs: timeoutMs });
  const deadline = setTimeout(onDeadline, Math.min(timeoutMs, LONGEST_TIMER_MS));
  signal?.addEventListener('abort', onAbort);
  return () => {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
  };
}
