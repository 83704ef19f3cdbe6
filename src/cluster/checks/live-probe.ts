import type { Verdict } from '../../model/check.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource, KubeObject } from '../../model/cluster/kube.ts';
import { LiveList, type LiveTarget } from './live-list.ts';
import { type ClusterProbe, judgeProbe, podsOf } from './probe.ts';
import { Bell, latest } from './watch-until.ts';

/** Waiting for one check by watches: of its objects, and of the pods of workloads that are not ready. */
export class LiveProbe {
  readonly #bell = new Bell();
  readonly #main: LiveList;
  readonly #pods = new Map<string, LiveList>();
  readonly #started = Date.now();
  readonly #idle: NodeJS.Timeout;
  /** What the last answer had heard. */
  #told = 0;
  #againAt = Number.POSITIVE_INFINITY;

  constructor(
    private readonly cluster: Cluster,
    private readonly probe: ClusterProbe,
    target: LiveTarget,
    private readonly podResource: ApiResource | undefined,
    { idleMs, onIdle }: { idleMs: number; onIdle: () => void },
  ) {
    this.#main = new LiveList(cluster, target, () => this.#heard());
    this.#idle = setTimeout(() => {
      onIdle();
      void this.close();
    }, idleMs).unref();
  }

  /** The answer as the watches have it; undefined: they have none, so it must be asked for. */
  verdict(): Verdict | undefined {
    this.#idle.refresh();
    if (!this.#main.synced || this.#main.trouble) return undefined;
    if ([...this.#pods.values()].some((list) => !list.synced && !list.trouble)) return undefined;
    this.#told = this.#bell.heard;
    const pods = [...this.#pods.values()].flatMap((list) => list.objects);
    const { verdict, againAfterMs } = judgeProbe(
      this.probe,
      { objects: this.#main.objects, pods },
      Date.now(),
    );
    this.#againAt = Date.now() + (againAfterMs ?? Number.POSITIVE_INFINITY);
    return { ...verdict, observed: `${verdict.observed}${this.#teller()}` };
  }

  /** Resolves when there is something new. False: it cannot be followed now. */
  async changed(deadline: number, signal?: AbortSignal): Promise<boolean> {
    // However long nothing happens, somebody waits.
    this.#idle.refresh();
    const awake = setInterval(() => this.#idle.refresh(), 1000).unref();
    try {
      await this.#bell.next(this.#told, Math.min(deadline, this.#againAt), signal);
    } finally {
      clearInterval(awake);
    }
    if (!this.#main.trouble) return true;
    await this.close();
    return false;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await Promise.all([this.#main, ...this.#pods.values()].map((list) => list.close()));
  }

  /** Watches the pods of each workload that came; one that may not be seen is silent. */
  #heard(): void {
    for (const object of this.#main.objects) this.#watchPods(object);
    this.#bell.ring();
  }

  #watchPods(object: KubeObject): void {
    const wanted = this.podResource && podsOf(this.probe, object);
    if (!wanted || !this.podResource) return;
    const key = JSON.stringify(wanted);
    if (this.#pods.has(key) || this.#pods.size >= 20) return;
    const target = { resource: this.podResource, ...wanted };
    this.#pods.set(key, new LiveList(this.cluster, target, () => this.#bell.ring()));
  }

  /** Which event told, and when after the wait began. */
  #teller(): string {
    const event = latest([this.#main, ...this.#pods.values()]);
    if (!event || event.type === 'LISTED') return '';
    return ` (told by ${event.type} of ${event.kind.toLowerCase()}/${event.name} after ${event.at - this.#started} ms)`;
  }
}
