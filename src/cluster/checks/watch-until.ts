import type { Cluster } from '../../model/cluster/cluster.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import type { ClusterError } from '../cluster-errors.ts';
import { type LiveEvent, LiveList, type LiveTarget, type LiveTimes } from './live-list.ts';

/** The result of a condition on the current objects. */
export type Judged<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** `againAfterMs`: when to evaluate again without an event. */
  | { readonly kind: 'wait'; readonly againAfterMs?: number };

/** How a wait ended. */
export type Waited<T> =
  | {
      readonly kind: 'done';
      readonly value: T;
      readonly event: LiveEvent | undefined;
      readonly waitedMs: number;
    }
  | { readonly kind: 'timeout'; readonly error: ClusterError | undefined; readonly waitedMs: number }
  | { readonly kind: 'aborted'; readonly waitedMs: number };

/** Limits of a wait. */
export interface WatchOptions {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
  readonly times?: Partial<LiveTimes>;
}

/**
 * Waits until a condition on several lists holds, using only watches: no request is sent while nothing happens. The
 * condition is evaluated once all lists are complete, and then at each event. If it throws, the wait ends.
 */
export async function watchUntil<T>(
  cluster: Cluster,
  targets: readonly LiveTarget[],
  judge: (lists: readonly (readonly KubeObject[])[]) => Judged<T>,
  { deadline, signal, times }: WatchOptions,
): Promise<Waited<T>> {
  const started = Date.now();
  const bell = new ChangeSignal();
  const lists = targets.map((target) => new LiveList(cluster, target, () => bell.notify(), times));
  const waitedMs = () => Date.now() - started;
  try {
    for (;;) {
      const seen = bell.seen;
      let again = Number.POSITIVE_INFINITY;
      if (lists.every((list) => list.synced)) {
        const judged = judge(lists.map((list) => list.objects));
        if (judged.kind === 'done') {
          return { kind: 'done', value: judged.value, event: latest(lists), waitedMs: waitedMs() };
        }
        again = Date.now() + (judged.againAfterMs ?? Number.POSITIVE_INFINITY);
      }
      if (signal?.aborted) return { kind: 'aborted', waitedMs: waitedMs() };
      if (Date.now() >= deadline) {
        const error = lists.find((list) => list.error)?.error;
        return { kind: 'timeout', error, waitedMs: waitedMs() };
      }
      await bell.next(seen, Math.min(deadline, again), signal);
    }
  } finally {
    await Promise.all(lists.map((list) => list.close()));
  }
}

/** The latest event of several lists. */
export function latest(lists: readonly LiveList[]): LiveEvent | undefined {
  return lists.flatMap(({ last }) => (last ? [last] : [])).sort((a, b) => b.at - a.at)[0];
}

/** Wakes waiters at the next event; an event since the last check is not missed. */
export class ChangeSignal {
  /** Number of events so far. */
  seen = 0;
  readonly #waiting = new Set<() => void>();

  notify(): void {
    this.seen += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Resolves when there were events since `heard`, at the deadline (milliseconds since the epoch), or when the signal
   * aborts.
   */
  async next(seen: number, deadline: number, signal?: AbortSignal): Promise<void> {
    const rest = deadline - Date.now();
    if (this.seen > seen || rest <= 0 || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      // A 32-bit timer cannot be longer.
      const timer = setTimeout(done, Math.min(rest, 2 ** 31 - 1));
      const waiting = this.#waiting;
      signal?.addEventListener('abort', done, { once: true });
      waiting.add(done);
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        waiting.delete(done);
        resolve();
      }
    });
  }
}
