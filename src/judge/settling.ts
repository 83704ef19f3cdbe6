import { pluralize } from '../base/pluralize.ts';
import type { KubeObject } from '../model/cluster/kube.ts';
import { at } from './readiness-words.ts';

/** How long a container that has not crashed must run before it counts as ready. */
const STABLE_MS = 10_000;
/** kubelet waits at most this long between two starts of a container that crashes. */
const LONGEST_MS = 300_000;
/** kubelet forgets the crashes of a container that has run this long. */
const RESTART_MEMORY_MS = 600_000;
/** A start that is this far in the future says that the clocks differ. */
const SKEW_MS = 60_000;

/** What a pod that is ready must still show. */
export interface Settling {
  readonly why: string;
  /** How long from now. */
  readonly restMs: number;
}

interface Container {
  readonly name?: string;
  readonly restartPolicy?: string;
}

interface Status {
  readonly name?: string;
  readonly restartCount?: number;
  readonly state?: { readonly running?: { readonly startedAt?: string } };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Terminated {
  readonly reason?: string;
  readonly exitCode?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/**
 * Whether a pod that is ready has been so for long enough. kubelet calls a container without a readiness probe ready at the
 * moment it starts, so one that crashes after two seconds is ready for two seconds, again and again; one with a probe is
 * ready nearly as soon. Each container must run for `minReadySeconds` of its workload if that is set, else for ten seconds;
 * after a crash for twice as long as it ran before, and ten seconds more for each restart. Undefined: it has settled.
 *
 * @param now milliseconds since the epoch
 */
export function podSettling(pod: KubeObject, now: number, minReadySeconds = 0): Settling | undefined {
  if (at(pod, 'status', 'phase') !== 'Running' || pod.metadata?.deletionTimestamp) return undefined;
  const rests = stayingContainers(pod).flatMap((status) => {
    const startedAt = Date.parse(status.state?.running?.startedAt ?? '');
    if (Number.isNaN(startedAt) || startedAt - now > SKEW_MS) return [];
    const { needMs, because } = needOf(status, minReadySeconds);
    // Times of the cluster are whole seconds, rounded down.
    const restMs = startedAt + needMs + (needMs > 0 ? 1000 : 0) - now;
    const upS = Math.max(0, Math.floor((now - startedAt) / 1000));
    const why = `container ${status.name} of pod ${pod.metadata?.name} has run for ${upS} s, and counts as ready after ${Math.round(needMs / 1000)} s (${because})`;
    return restMs > 0 ? [{ why, restMs }] : [];
  });
  return rests.sort((a, b) => b.restMs - a.restMs)[0];
}

/** Containers that are meant to run as long as the pod does: the main ones, and init containers that stay as sidecars. */
function stayingContainers(pod: KubeObject): Status[] {
  const list = <T>(...path: string[]) => (at(pod, ...path) ?? []) as readonly T[];
  const sidecars = list<Container>('spec', 'initContainers').filter(
    (each) => each.restartPolicy === 'Always',
  );
  return [
    ...list<Status>('status', 'containerStatuses'),
    ...list<Status>('status', 'initContainerStatuses').filter(({ name }) =>
      sidecars.some((each) => each.name === name),
    ),
  ];
}

function needOf(
  { restartCount = 0, lastState }: Status,
  minReadySeconds: number,
): { needMs: number; because: string } {
  const stable = calmNeed(minReadySeconds);
  const last = lastState?.terminated;
  // Unknown: kubelet lost sight of it, as in a reboot.
  if (restartCount === 0 || !last || last.reason === 'Unknown') return stable;
  const ranMs = Date.parse(last.finishedAt ?? '') - Date.parse(last.startedAt ?? '') || 0;
  if (ranMs >= RESTART_MEMORY_MS) return stable;
  const needMs = Math.min(LONGEST_MS, 2 * ranMs + STABLE_MS * Math.min(restartCount, 6));
  if (needMs <= stable.needMs) return stable;
  const because = `${pluralize(restartCount, 'restart')}; it ended with code ${last.exitCode ?? '?'} after ${Math.round(ranMs / 1000)} s before`;
  return { needMs, because };
}

function calmNeed(minReadySeconds: number): { needMs: number; because: string } {
  return minReadySeconds > 0
    ? { needMs: minReadySeconds * 1000, because: 'minReadySeconds' }
    : { needMs: STABLE_MS, because: 'minReadySeconds is not set' };
}
