import type { Verdict } from '../../model/check.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { LiveList, type LiveTarget } from './live-list.ts';
import { type ClusterProbe, judgeProbe, podsOf } from './probe.ts';
import { ChangeSignal, latest } from './watch-until.ts';

/** Waits for one check with watches of its objects, and of the pods of workloads that are not ready. */
export class LiveProbe {
  readonly #bell = new ChangeSignal();
  readonly #main: LiveList;
  readonly #pods = new Map<string, LiveList>();
  readonly #started = Date.now();
  readonly #idle: NodeJS.Timeout;
  /** Number of events that the last verdict included. */
  #reported = 0;
  #againAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly cluster: Cluster,
    private readonly probe: ClusterProbe,
    target: LiveTarget,
    private readonly podResource: ApiResource | undefined,
    { idleMs, onIdle }: { idleMs: number; onIdle: () => void },
  ) {
    this.#main = new LiveList(cluster, target, () => this.#onMainChange());
    this.#idle = setTimeout(() => {
      onIdle();
      void this.close();
    }, idleMs).unref();
  }

  /** The verdict according to the watches; undefined if they are not current, so that it must be requested. */
  verdict(): Verdict | undefined {
    this.#idle.refresh();
    if (!this.#main.synced || this.#main.error) return undefined;
    if ([...this.#pods.values()].some((list) => !list.synced && !list.error)) return undefined;
    this.#reported = this.#bell.seen;
    const pods = [...this.#pods.values()].flatMap((list) => list.objects);
    const { verdict, againAfterMs } = judgeProbe(
      this.probe,
      { objects: this.#main.objects, pods },
      Date.now(),
    );
    this.#againAt = Date.now() + (againAfterMs ?? Number.POSITIVE_INFINITY);
    return { ...verdict, observed: `${verdict.observed}${this.#lastEventText()}` };
  }

  /** Resolves when something changed; false if the check cannot be followed now. */
  async changed(deadline: number, signal?: AbortSignal): Promise<boolean> {
    // A caller is waiting, so the watch is in use even if nothing happens.
    this.#idle.refresh();
    const awake = setInterval(() => this.#idle.refresh(), 1000).unref();
    try {
      await this.#bell.next(this.#reported, Math.min(deadline, this.#againAt), signal);
    } finally {
      clearInterval(awake);
    }
    if (!this.#main.error) return true;
    await this.close();
    return false;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await Promise.all([this.#main, ...this.#pods.values()].map((list) => list.close()));
  }

  /** Watches the pods of each workload. Pods that cannot be read are ignored. */
  #onMainChange(): void {
    for (const object of this.#main.objects) this.#watchPods(object);
    this.#bell.notify();
  }

  #watchPods(object: KubeObject): void {
    const wanted = this.podResource && podsOf(this.probe, object);
    if (!wanted || !this.podResource) return;
    const key = JSON.stringify(wanted);
    if (this.#pods.has(key) || this.#pods.size >= 20) return;
    const target = { resource: this.podResource, ...wanted };
    this.#pods.set(key, new LiveList(this.cluster, target, () => this.#bell.notify()));
  }

  /** Which event changed the verdict, and how long after the wait began. */
  #lastEventText(): string {
    const event = latest([this.#main, ...this.#pods.values()]);
    if (!event || event.type === 'LISTED') return '';
    return ` (${event.type} event of ${event.kind.toLowerCase()}/${event.name} after ${event.at - this.#started} ms)`;
  }
}
