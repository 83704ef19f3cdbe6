import type { ClusterFactOf, ClusterKind } from '../../../model/cluster/cluster-facts.ts';
import type { ContainerState, PodContainer } from '../../../model/cluster/cluster-pods.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Weight } from '../weight.ts';

export type Pod = ClusterFactOf<'pod'>;
export type ClusterEvent = ClusterFactOf<'event'>;

/** Facts of one kind, from all observed clusters. */
export function factsOf<K extends ClusterKind>({ facts }: FailureContext, kind: K): ClusterFactOf<K>[] {
  return (facts.kubernetes ?? []).filter((each): each is ClusterFactOf<K> => each.kind === kind);
}

/** Events about one object, by uid: a recreated pod with the same name does not get its predecessor's events. */
export function eventsAbout(context: FailureContext, uid: string): ClusterEvent[] {
  return uid === '' ? [] : factsOf(context, 'event').filter((each) => each.uid === uid);
}

/** One container of a pod, and how its last run ended. */
export interface ContainerRun {
  readonly pod: Pod;
  readonly container: PodContainer;
  /** Absent: it has not ended. */
  readonly end?: ContainerState;
  /** Why it is not running. */
  readonly waiting?: ContainerState;
  readonly events: readonly ClusterEvent[];
}

/** The containers of all unhealthy pods. */
export function containerRuns(context: FailureContext): ContainerRun[] {
  return factsOf(context, 'pod').flatMap((pod) => {
    const events = eventsAbout(context, pod.uid);
    return pod.containers.map((container): ContainerRun => {
      const { now, last } = container;
      const end =
        now?.state === 'terminated' ? now : hasRecovered(container, context.input.at) ? undefined : last;
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

/** Whether it has run longer than before its last end, and longer than kubelet's crash back-off. */
function hasRecovered({ now, last, ready, restarts }: PodContainer, at: string): boolean {
  const upSeconds = (Date.parse(at) - Date.parse(now?.since ?? '')) / 1000;
  return ready && upSeconds > 2 * (last?.seconds ?? 0) + 10 * Math.min(restarts, 6);
}

/** Texts about a container, from its states and the events of its pod, each with its evidence id. */
function words({
  pod,
  end,
  waiting,
  events,
}: ContainerRun): { readonly id: string; readonly text: string }[] {
  const states = [waiting, end].flatMap((each) => each?.message ?? []);
  return [
    ...states.map((text) => ({ id: pod.id, text })),
    ...events.filter(({ type }) => type === 'Warning').map(({ id, message }) => ({ id, text: message })),
  ];
}

/** The first text that a pattern matches, with its groups. */
export function errorMatch(
  run: ContainerRun,
  pattern: RegExp,
): { readonly id: string; readonly groups: Readonly<Record<string, string>> } | undefined {
  for (const { id, text } of words(run)) {
    const match = pattern.exec(text);
    if (match) return { id, groups: { ...match.groups } };
  }
  return undefined;
}

/** Log lines of a container. The previous run comes first, because it is the one that ended. */
export function logOf(
  context: FailureContext,
  { pod, container }: ContainerRun,
): ClusterFactOf<'pod-log'> | undefined {
  const logs = factsOf(context, 'pod-log').filter(
    (each) => each.namespace === pod.namespace && each.name === pod.name && each.container === container.name,
  );
  return logs.find(({ previous }) => previous) ?? logs[0];
}

/** `container app of deployment argo/argo-server`, for titles. */
export function containerTitle({ pod, container }: Pick<ContainerRun, 'pod' | 'container'>): string {
  return `${container.init ? 'init container' : 'container'} ${container.name} of ${pod.workload}`;
}

/** The part of a subject that names a container, without the pod's suffix. */
export function subjectOf({ pod, container }: Pick<ContainerRun, 'pod' | 'container'>): string {
  return `${pod.workload} ${container.name}`;
}

/**
 * How strong a finding about this object is. `direct` if the failed step refers to it, or if no step failed and only the
 * cluster is examined. Otherwise, next to an unrelated failure, only `inferred`.
 */
export function weightOf(
  { input, names }: FailureContext,
  namespace: string,
  ...objects: readonly string[]
): Weight {
  if (input.output.trim() === '' && input.checks.length === 0) return 'direct';
  const bare = objects.map((each) => each.split('/').at(-1) ?? each);
  if (bare.some((each) => input.step?.about?.names.includes(each))) return 'direct';
  const own = bare.filter((each) => each.length > 2);
  const hosts = own.flatMap((each) => HOST_ENDS.map((end) => `${each}.${namespace}${end}`));
  const isNamed =
    [...own, ...hosts].some((each) => names(each)) || own.some((each) => input.output.includes(each));
  const spoken = namespace !== 'default' && (names(namespace) || input.output.includes(`"${namespace}"`));
  return isNamed || spoken || input.checks.some(({ check }) => own.some((each) => check.includes(each)))
    ? 'direct'
    : 'inferred';
}

/** The suffixes of a service's host name. */
const HOST_ENDS = ['', '.svc', '.svc.cluster.local'];

/** `weightOf` for a run. */
export function weightOfRun(context: FailureContext, { pod }: Pick<ContainerRun, 'pod'>): Weight {
  return weightOf(context, pod.namespace, pod.workload, pod.name);
}
