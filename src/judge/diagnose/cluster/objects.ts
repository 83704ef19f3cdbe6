import type { ClusterFactOf, ClusterKind } from '../../../model/cluster/cluster-facts.ts';
import type { ContainerState, PodContainer } from '../../../model/cluster/cluster-pods.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Weight } from '../weight.ts';

export type Pod = ClusterFactOf<'pod'>;
export type ClusterEvent = ClusterFactOf<'event'>;

/** Facts of one kind of the clusters that were looked at. */
export function factsOf<K extends ClusterKind>({ facts }: FailureContext, kind: K): ClusterFactOf<K>[] {
  return (facts.kubernetes ?? []).filter((each): each is ClusterFactOf<K> => each.kind === kind);
}

/** Events about one object, by its uid: a pod that was made anew under the same name has none of the old one's. */
export function eventsAbout(scene: FailureContext, uid: string): ClusterEvent[] {
  return uid === '' ? [] : factsOf(scene, 'event').filter((each) => each.uid === uid);
}

/** One container of a pod, and how its last run ended. */
export interface Run {
  readonly pod: Pod;
  readonly container: PodContainer;
  /** Absent: it has not ended. */
  readonly end?: ContainerState;
  /** Why it does not run. */
  readonly waiting?: ContainerState;
  readonly events: readonly ClusterEvent[];
}

/** The containers of all pods in trouble. */
export function runs(scene: FailureContext): Run[] {
  return factsOf(scene, 'pod').flatMap((pod) => {
    const events = eventsAbout(scene, pod.uid);
    return pod.containers.map((container): Run => {
      const { now, last } = container;
      const end =
        now?.state === 'terminated' ? now : hasRecovered(container, scene.input.at) ? undefined : last;
      return {
        pod,
        container,
        ...(end && { end }),
        ...(now?.state === 'waiting' && { waiting: now }),
        events,
      };
    });
  });
}

/** It has run for longer than it did before its last end, and than kubelet would hold a crash against it. */
function hasRecovered({ now, last, ready, restarts }: PodContainer, at: string): boolean {
  const upSeconds = (Date.parse(at) - Date.parse(now?.since ?? '')) / 1000;
  return ready && upSeconds > 2 * (last?.seconds ?? 0) + 10 * Math.min(restarts, 6);
}

/** What is said of a container: by its states, and by the events of its pod. Evidence first, words second. */
function words({ pod, end, waiting, events }: Run): { readonly id: string; readonly text: string }[] {
  const states = [waiting, end].flatMap((each) => each?.message ?? []);
  return [
    ...states.map((text) => ({ id: pod.id, text })),
    ...events.filter(({ type }) => type === 'Warning').map(({ id, message }) => ({ id, text: message })),
  ];
}

/** The first words that a pattern matches, with its groups. */
export function said(
  run: Run,
  pattern: RegExp,
): { readonly id: string; readonly groups: Readonly<Record<string, string>> } | undefined {
  for (const { id, text } of words(run)) {
    const match = pattern.exec(text);
    if (match) return { id, groups: { ...match.groups } };
  }
  return undefined;
}

/** Log lines of a container, its run before this one first: that is the one that ended. */
export function logOf(scene: FailureContext, { pod, container }: Run): ClusterFactOf<'pod-log'> | undefined {
  const logs = factsOf(scene, 'pod-log').filter(
    (each) => each.namespace === pod.namespace && each.name === pod.name && each.container === container.name,
  );
  return logs.find(({ previous }) => previous) ?? logs[0];
}

/** `container app of deployment argo/argo-server`, for titles. */
export function who({ pod, container }: Pick<Run, 'pod' | 'container'>): string {
  return `${container.init ? 'init container' : 'container'} ${container.name} of ${pod.workload}`;
}

/** The part of a subject that names a container; without the suffix of a pod. */
export function subjectOf({ pod, container }: Pick<Run, 'pod' | 'container'>): string {
  return `${pod.workload} ${container.name}`;
}

/**
 * How well founded a finding about this object is: as good as told where the failed step speaks of it, or where nothing
 * failed and the cluster speaks for itself. Beside an unrelated failure it only fits.
 */
export function weightOf(
  { input, names }: FailureContext,
  namespace: string,
  ...objects: readonly string[]
): Weight {
  if (input.output.trim() === '' && input.checks.length === 0) return 'told';
  const bare = objects.map((each) => each.split('/').at(-1) ?? each);
  if (bare.some((each) => input.step?.about?.names.includes(each))) return 'told';
  const own = bare.filter((each) => each.length > 2);
  const hosts = own.flatMap((each) => HOST_ENDS.map((end) => `${each}.${namespace}${end}`));
  const isNamed =
    [...own, ...hosts].some((each) => names(each)) || own.some((each) => input.output.includes(each));
  const spoken = namespace !== 'default' && (names(namespace) || input.output.includes(`"${namespace}"`));
  return isNamed || spoken || input.checks.some(({ check }) => own.some((each) => check.includes(each)))
    ? 'told'
    : 'inferred';
}

/** How a service is named in an address. */
const HOST_ENDS = ['', '.svc', '.svc.cluster.local'];

/** As `weightOf`, for a run. */
export function weightOfRun(scene: FailureContext, { pod }: Pick<Run, 'pod'>): Weight {
  return weightOf(scene, pod.namespace, pod.workload, pod.name);
}
