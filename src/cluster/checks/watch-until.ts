import type { Cluster } from '../../model/cluster/cluster.ts';
import type { KubeObject } from '../../model/cluster/kube.ts';
import type { ClusterError } from '../cluster-errors.ts';
import { type LiveEvent, LiveList, type LiveTarget, type LiveTimes } from './live-list.ts';

/** What a condition says of the objects as they are now. */
export type Judged<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** `againAfterMs`: worth judging again then, though no event will say so. */
  | { readonly kind: 'wait'; readonly againAfterMs?: number };

/** How a wait ended. */
export type Waited<T> =
  | {
      readonly kind: 'done';
      readonly value: T;
      readonly event: LiveEvent | undefined;
      readonly waitedMs: number;
    }
  | { readonly kind: 'timeout'; readonly trouble: ClusterError | undefined; readonly waitedMs: number }
  | { readonly kind: 'aborted'; readonly waitedMs: number };

/** What a wait looks at, and until when. */
export interface WatchOptions {
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
  readonly times?: Partial<LiveTimes>;
}

/**
 * Waits until a condition on several lists holds, told by watches alone: no request is made while nothing happens.
 * The condition is judged once all lists are there, and then at each event; it may throw, which ends the wait.
 */
export async function watchUntil<T>(
  cluster: Cluster,
  targets: readonly LiveTarget[],
  judge: (lists: readonly (readonly KubeObject[])[]) => Judged<T>,
  { deadline, signal, times }: WatchOptions,
): Promise<Waited<T>> {
  const started = Date.now();
  const bell = new Bell();
  const lists = targets.map((target) => new LiveList(cluster, target, () => bell.ring(), times));
  const waitedMs = () => Date.now() - started;
  try {
    for (;;) {
      const heard = bell.heard;
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
        const trouble = lists.find((list) => list.trouble)?.trouble;
        return { kind: 'timeout', trouble, waitedMs: waitedMs() };
      }
      await bell.next(heard, Math.min(deadline, again), signal);
    }
  } finally {
    await Promise.all(lists.map((list) => list.close()));
  }
}

/** The latest event of several lists. */
export function latest(lists: readonly LiveList[]): LiveEvent | undefined {
  return lists.flatMap(({ last }) => (last ? [last] : [])).sort((a, b) => b.at - a.at)[0];
}

/** Wakes whoever waits for the next event; one that came meanwhile is not missed. */
export class Bell {
  /** How often it has rung. */
  heard = 0;
  readonly #waiting = new Set<() => void>();

  ring(): void {
    this.heard += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves when it has rung since `heard`, at the deadline (milliseconds since the epoch), or when the signal aborts. */
  async next(heard: number, deadline: number, signal?: AbortSignal): Promise<void> {
    const rest = deadline - Date.now();
    if (this.heard > heard || rest <= 0 || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      // Longer than a 32-bit timer can be is as good as for ever.
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
