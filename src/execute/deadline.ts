import type { ShellRequest } from '../model/shell.ts';

/** What a fence may be cut short by. */
export type Deadline = { readonly kind: 'timeout'; readonly afterMs: number } | { readonly kind: 'aborted' };

/** Beyond this Node's timers fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `stop` at the deadline or abort, whichever is first; the answer ends the watch. */
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
