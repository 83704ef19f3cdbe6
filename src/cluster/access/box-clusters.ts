import type { ProbeContext } from '../../model/box.ts';
import type { Verdict } from '../../model/check.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { backOff } from '../../observe/back-off.ts';
import { LiveProbe } from '../checks/live-probe.ts';
import {
  type ClusterProbe,
  judgeClusterError,
  judgeProbe,
  judgeUnknownKind,
  podsOf,
  probeTarget,
  type Seen,
} from '../checks/probe.ts';
import { type ClusterPlace, openContext } from '../cluster.ts';
import { ClusterError } from '../cluster-errors.ts';
import { findContext } from './kubeconfig.ts';

/** The environment that selects a cluster. */
type Names = Pick<ProbeContext, 'env' | 'folder'>;

/** A watch that no check has used for this many milliseconds is closed. */
const IDLE_MS = 10_000;

/**
 * The clusters of one box: opened on first use, kept, and reopened when their kubeconfig changes. Evaluates `k8s`
 * checks; while a check is waited for (`changed`), a watch answers it.
 */
export class BoxClusters {
  readonly #clusters = new Map<string, Promise<Cluster>>();
  readonly #live = new Map<string, LiveProbe>();

  constructor(private readonly placeOf: (names: Names) => ClusterPlace) {}

  /** @throws ClusterError */
  async cluster(names: Names): Promise<Cluster> {
    const place = this.placeOf(names);
    const context = await findContext(place);
    const key = JSON.stringify(context);
    const known = this.#clusters.get(key);
    if (known) return known;
    const opening = openContext(context, place);
    this.#clusters.set(key, opening);
    opening.catch(() => this.#clusters.delete(key));
    return opening;
  }

  /** Evaluates a check once, from its watch if it is being waited for. Never throws. */
  async ask(probe: ClusterProbe, context: ProbeContext): Promise<Verdict> {
    const live = this.#live.get(keyOf(probe, context));
    const watched = live?.verdict();
    if (watched) return watched;
    try {
      return await this.#evaluate(probe, context);
    } catch (error) {
      if (error instanceof ClusterError && error.kind === 'unauthorized') this.#forget();
      return judgeClusterError(probe, error);
    }
  }

  /**
   * Resolves when the result may have changed: at an event of the watch, at the latest at the deadline. Never throws.
   */
  async changed(
    probe: ClusterProbe,
    context: ProbeContext,
    attempt: number,
    deadline: number,
  ): Promise<void> {
    const key = keyOf(probe, context);
    try {
      const live = this.#live.get(key) ?? (await this.#follow(key, probe, context));
      if (live && (await live.changed(deadline, context.signal))) return;
    } catch {
      // The watch could not start; the next evaluation reports why.
    }
    this.#live.delete(key);
    await backOff({ attempt, deadline, ...(context.signal && { signal: context.signal }) });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map((live) => live.close()));
    this.#live.clear();
    this.#forget();
  }

  #forget(): void {
    for (const each of this.#clusters.values()) {
      each.then(
        (cluster) => cluster.close(),
        () => {},
      );
    }
    this.#clusters.clear();
  }

  async #evaluate(probe: ClusterProbe, context: ProbeContext): Promise<Verdict> {
    const cluster = await this.cluster(context);
    const resource = await cluster.discovery.byName(probe.resource);
    if (!resource) return judgeUnknownKind(probe, await cluster.discovery.all());
    const target = probeTarget(probe, resource);
    cluster.requireAllowed(target.namespace);
    const signal = context.signal ? { signal: context.signal } : {};
    const { resource: _, ...where } = target;
    const { items } = await cluster.list(resource, { ...where, ...signal });
    const objects = items.map((item) => ({
      apiVersion: versionText(resource),
      kind: resource.kind,
      ...item,
    }));
    const seen: Seen = { objects, pods: [] };
    const first = judgeProbe(probe, seen, Date.now());
    if (first.verdict.class !== 'not-ready' && first.verdict.class !== 'ready') return first.verdict;
    const wanted = objects.map((object) => podsOf(probe, object)).filter((each) => each !== undefined);
    const pods = await cluster.discovery.byKind('v1', 'Pod');
    if (!pods || wanted.length === 0) return first.verdict;
    // Pods explain why a workload is not ready, or since when it is. If they cannot be read, its own status is used.
    const lists = await Promise.all(
      wanted
        .slice(0, 20)
        .map((each) => cluster.list(pods, { ...each, ...signal }).catch(() => ({ items: [] }))),
    );
    return judgeProbe(probe, { objects, pods: lists.flatMap((list) => list.items) }, Date.now()).verdict;
  }

  async #follow(key: string, probe: ClusterProbe, context: ProbeContext): Promise<LiveProbe | undefined> {
    const cluster = await this.cluster(context);
    const resource = await cluster.discovery.byName(probe.resource);
    if (!resource) return undefined;
    const target = probeTarget(probe, resource);
    cluster.requireAllowed(target.namespace);
    const pods = probe.expect.kind === 'ready' ? await cluster.discovery.byKind('v1', 'Pod') : undefined;
    const live = new LiveProbe(cluster, probe, target, pods, {
      idleMs: IDLE_MS,
      onIdle: () => {
        if (this.#live.get(key) === live) this.#live.delete(key);
      },
    });
    this.#live.set(key, live);
    return live;
  }
}

function versionText({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

function keyOf(probe: ClusterProbe, { env, folder }: Names): string {
  return JSON.stringify([probe, env.KUBECONFIG, env.HOME, folder]);
}
