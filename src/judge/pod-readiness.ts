import type { KubeObject } from '../model/cluster/kube.ts';
import { at, Condition, failed, progressing, type Readiness, ready } from './readiness-words.ts';

/**
 * How long a pod may be unschedulable before that counts as a failure, as in kstatus. Autoscalers take longer, and
 * report it.
 */
const UNSCHEDULABLE_AFTER_MS = 15_000;

/** The fields that are read of one container's status, including init and sidecar containers. */
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

/**
 * The readiness of one pod: ready, in progress, or failed permanently. Pods that run to completion are ready when they
 * succeeded.
 */
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
 * Why the pods of a workload keep it from being ready, permanently or for now. Undefined: they add nothing to the
 * workload's own status. Only the newest generation of pods counts, because a rollout may fix the cause of older failures.
 */
export function podFailure(pods: readonly KubeObject[], now: number): Readiness | undefined {
  let waiting: Readiness | undefined;
  for (const pod of newest(pods)) {
    if (pod.metadata?.deletionTimestamp) continue;
    const own = podReadiness(pod, now);
    const why = `pod ${pod.metadata?.name}: ${own.why}`;
    // A Job replaces its failed pods and reports itself when it gives up.
    const replaced = isOfJob(pod) && at(pod, 'status', 'phase') === 'Failed';
    if (own.status === 'failed' && !replaced) return failed(why);
    if (own.status === 'progressing' && (own.againAfterMs !== undefined || stuckContainer(pod))) {
      const again = Math.min(own.againAfterMs ?? Infinity, againOf(waiting) ?? Infinity);
      waiting = progressing(waiting?.why ?? why, Number.isFinite(again) ? again : undefined);
    }
  }
  return waiting;
}

function againOf(state: Readiness | undefined): number | undefined {
  return state?.status === 'progressing' ? state.againAfterMs : undefined;
}

/** The pods created from the newest template. */
export function newest(pods: readonly KubeObject[]): readonly KubeObject[] {
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

/**
 * A container that waits with an error. Errors that waiting cannot fix fail at once: a missing image, key or program, or
 * missing credentials. A crash may end once its dependencies are up, so it is still in progress.
 */
function stuckContainer(pod: KubeObject): Readiness | undefined {
  let recovering: Readiness | undefined;
  for (const container of containersOf(pod)) {
    const waiting = container.state?.waiting;
    if (!waiting?.reason || !/^Err|Error$|BackOff$|^InvalidImageName$/.test(waiting.reason)) continue;
    const before = container.lastState?.terminated;
    const last = before ? ` (last end: ${endOf(before)})` : '';
    const what = `container ${container.name} waits: ${waiting.reason}: ${waiting.message ?? ''}${last}`;
    const lacking = lasting(waiting, before);
    if (lacking) return failed(`${what}. Time does not fix this: ${lacking}`);
    recovering ??= progressing(`${what}. This may heal, so it is waited for`);
  }
  return recovering;
}

const UNSTARTABLE = /no such file|not found|permission denied|exec format error/i;

/** What stays wrong until someone changes it; undefined: it may pass. */
function lasting({ reason = '', message = '' }: Ended, before: Ended | undefined): string | undefined {
  switch (reason) {
    case 'InvalidImageName':
      return 'no image can have this name';
    case 'ErrImageNeverPull':
      return 'the image is not on the node, and may not be pulled';
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return lastingPullError(message);
    case 'CreateContainerConfigError':
      return /timed out|timeout/i.test(message) ? undefined : 'the pod asks for what is not there';
    case 'CreateContainerError':
    case 'RunContainerError':
      return UNSTARTABLE.test(message) ? 'the program cannot be started' : undefined;
    case 'CrashLoopBackOff':
      if (before?.exitCode === 126 || before?.exitCode === 127) return 'a program is missing in the image';
      return /^StartError$|CannotRun$/.test(before?.reason ?? '') && UNSTARTABLE.test(before?.message ?? '')
        ? 'the program cannot be started'
        : undefined;
    default:
      return undefined;
  }
}

function lastingPullError(message: string): string | undefined {
  if (/\b40[13]\b|unauthorized|denied|no basic auth|insufficient_scope/i.test(message))
    return 'the registry wants other credentials';
  if (/not found|manifest unknown|name unknown|no match for platform/i.test(message))
    return 'the image does not exist';
  return /x509/i.test(message) ? 'the certificate of the registry is not trusted' : undefined;
}

function unplaced(pod: KubeObject, now: number): Readiness | undefined {
  const placed = Condition.of(pod, 'PodScheduled');
  if (placed?.status !== 'False' || placed.reason !== 'Unschedulable') return undefined;
  const rest = created(pod) + UNSCHEDULABLE_AFTER_MS - now;
  return rest <= 0 ? failed(placed.text) : progressing(placed.text, rest);
}

function running(pod: KubeObject): Readiness {
  const found = Condition.of(pod, 'Ready');
  const ended = containersOf(pod, ['containerStatuses']).find(({ state }) => state?.terminated);
  if (found?.status === 'True' && !ended) return ready('Ready');
  const unready = containersOf(pod).filter((each) => each.ready === false && !each.state?.terminated);
  const names = unready.map(
    ({ name, state }) =>
      `${name} ${Object.keys(state ?? {})[0] ?? 'unknown'}${state?.waiting?.reason ? ` (${state.waiting.reason})` : ''}`,
  );
  return progressing(
    names.length > 0 ? `not ready: ${names.join(', ')}` : `${String(at(pod, 'status', 'phase'))}, not Ready`,
  );
}

function containersOf(
  pod: KubeObject,
  fields = ['initContainerStatuses', 'containerStatuses'],
): ContainerStatus[] {
  return fields.flatMap((field) => {
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
