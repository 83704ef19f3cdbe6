import type { KubeObject } from '../model/cluster/kube.ts';
import { at, Condition, failed, progressing, type Readiness, ready } from './readiness-words.ts';

/** How long nobody may be able to place a pod before that is final, as kstatus has it; autoscalers are slower, and then say so. */
const UNSCHEDULABLE_AFTER_MS = 15_000;

/** One container's status, init and sidecar containers included, as far as it is asked for. */
interface ContainerStatus {
  readonly name?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: Readonly<Record<string, Ended | undefined>>;
  readonly lastState?: Readonly<Record<string, Ended | undefined>>;
}

interface Ended {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
}

/** A pod by itself: ready, on its way, or failed for good. Pods that run to their end are ready when they have succeeded. */
export function podReadiness(pod: KubeObject, now: number): Readiness {
  const phase = at(pod, 'status', 'phase');
  switch (phase) {
    case 'Succeeded':
      return ready('Succeeded');
    case 'Failed':
      return failed(`the pod has failed: ${failureOf(pod)}`);
    case 'Running':
    case 'Pending':
      return stuckContainer(pod) ?? unplaced(pod, now) ?? running(pod);
    case undefined:
    case '':
      return progressing('no phase yet');
    default:
      return failed(`the pod is ${String(phase)}`);
  }
}

/**
 * Why the pods of a workload fail it though its own status still says that it goes on: the newest generation of pods
 * counts, since old ones may fail for what the rollout mends.
 */
export function podFailure(pods: readonly KubeObject[], now: number): Readiness | undefined {
  let again: number | undefined;
  for (const pod of newest(pods)) {
    if (pod.metadata?.deletionTimestamp) continue;
    const own = podReadiness(pod, now);
    // A pod of a Job that has failed is tried again by the Job, which says itself when it gives up.
    if (own.status === 'failed' && !isOfJob(pod)) return failed(`pod ${pod.metadata?.name}: ${own.why}`);
    if (own.status === 'progressing' && own.againAfterMs !== undefined) {
      again = Math.min(again ?? Number.POSITIVE_INFINITY, own.againAfterMs);
    }
  }
  return again === undefined ? undefined : progressing('a pod cannot be placed yet', again);
}

function newest(pods: readonly KubeObject[]): readonly KubeObject[] {
  const [latest] = [...pods].sort((a, b) => created(b) - created(a));
  const generation = latest && templateOf(latest);
  return generation === undefined ? pods : pods.filter((pod) => templateOf(pod) === generation);
}

function templateOf({ metadata }: KubeObject): string | undefined {
  return metadata?.labels?.['pod-template-hash'] ?? metadata?.labels?.['controller-revision-hash'];
}

function created({ metadata }: KubeObject): number {
  return Date.parse(metadata?.creationTimestamp ?? '') || 0;
}

function isOfJob({ metadata }: KubeObject): boolean {
  return metadata?.ownerReferences?.some((each) => each.kind === 'Job') ?? false;
}

/** A container that waits with an error: `Err*`, `*Error`, `*BackOff` and names that cannot be right. */
function stuckContainer(pod: KubeObject): Readiness | undefined {
  for (const container of containersOf(pod)) {
    const waiting = container.state?.waiting;
    if (!waiting?.reason || !/^Err|Error$|BackOff$|^InvalidImageName$/.test(waiting.reason)) continue;
    const before = container.lastState?.terminated;
    const last = before ? ` (last end: ${endOf(before)})` : '';
    return failed(`container ${container.name} waits: ${waiting.reason}: ${waiting.message ?? ''}${last}`);
  }
  return undefined;
}

function unplaced(pod: KubeObject, now: number): Readiness | undefined {
  const placed = Condition.of(pod, 'PodScheduled');
  if (placed?.status !== 'False' || placed.reason !== 'Unschedulable') return undefined;
  const rest = created(pod) + UNSCHEDULABLE_AFTER_MS - now;
  return rest <= 0 ? failed(placed.text) : progressing(placed.text, rest);
}

function running(pod: KubeObject): Readiness {
  const found = Condition.of(pod, 'Ready');
  if (found?.status === 'True') return ready('Ready');
  const unready = containersOf(pod).filter((each) => each.ready === false && !each.state?.terminated);
  const names = unready.map(
    ({ name, state }) =>
      `${name} ${Object.keys(state ?? {})[0] ?? 'unknown'}${state?.waiting?.reason ? ` (${state.waiting.reason})` : ''}`,
  );
  return progressing(
    names.length > 0 ? `not ready: ${names.join(', ')}` : `${String(at(pod, 'status', 'phase'))}, not Ready`,
  );
}

function containersOf(pod: KubeObject): ContainerStatus[] {
  return ['initContainerStatuses', 'containerStatuses'].flatMap((field) => {
    const list = at(pod, 'status', field);
    return Array.isArray(list) ? (list as ContainerStatus[]) : [];
  });
}

function failureOf(pod: KubeObject): string {
  const ended = containersOf(pod).find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (ended?.state?.terminated) return `container ${ended.name}: ${endOf(ended.state.terminated)}`;
  const [reason, message] = [at(pod, 'status', 'reason'), at(pod, 'status', 'message')];
  return [reason, message].filter(Boolean).join(': ') || 'no reason given';
}

function endOf({ reason, message, exitCode }: Ended): string {
  return [`${reason ?? 'ended'}, exit ${exitCode ?? '?'}`, message?.trim().split('\n').at(-1)]
    .filter(Boolean)
    .join(': ');
}
