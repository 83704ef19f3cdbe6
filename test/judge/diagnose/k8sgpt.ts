import type {
  RawCondition,
  RawContainerStatus,
  RawEvent,
  RawObject,
  RawPodStatus,
} from '../../../src/cluster/observe/raw.ts';

/**
 * What k8sgpt's analyzers would report for these objects, according to their source (k8sgpt-ai/k8sgpt 05247a85,
 * pkg/analyzer: Pod, Deployment, ReplicaSet, PVC, Service, Node). Like k8sgpt, it finds events by name only and takes
 * the latest by lastTimestamp. Used only for the table of docs/diagnosis.md.
 */
export function k8sgpt(objects: readonly RawObject[]): string[] {
  const events = objects.filter(({ kind }) => kind === 'Event') as RawEvent[];
  const latest = (name: string): RawEvent | undefined =>
    events
      .filter(({ involvedObject }) => involvedObject?.name === name)
      .sort((a, b) => ((a.lastTimestamp ?? '') < (b.lastTimestamp ?? '') ? 1 : -1))[0];
  return objects.flatMap((object) => {
    const name = object.metadata?.name ?? '';
    switch (object.kind) {
      case 'Pod':
        return podFailures(object.status as RawPodStatus, latest(name)).map((text) => `Pod: ${text}`);
      case 'Deployment':
        return deploymentFailures(object).map((text) => `Deployment: ${text}`);
      case 'ReplicaSet':
        return replicaSetFailures(object).map((text) => `ReplicaSet: ${text}`);
      case 'PersistentVolumeClaim':
        return claimFailures(object, latest(name)).map((text) => `PersistentVolumeClaim: ${text}`);
      case 'Service':
        return serviceFailures(object, objects, events).map((text) => `Service: ${text}`);
      case 'Node':
        return nodeFailures(object).map((text) => `Node: ${text}`);
      default:
        return [];
    }
  });
}

const WAITING = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'PreCreateHookError',
  'PreStartHookError',
]);

function podFailures(status: RawPodStatus, latest: RawEvent | undefined): string[] {
  const failures: string[] = [];
  if (status.phase === 'Pending') {
    for (const { type, reason, message } of status.conditions ?? []) {
      const held = reason === 'Unschedulable' || reason === 'SchedulingGated';
      if (type === 'PodScheduled' && held && message) failures.push(message);
    }
  }
  if (status.reason === 'Evicted' && status.message) failures.push(status.message);
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return [...failures, ...all.flatMap((each) => containerFailures(each, status.phase, latest))];
}

function containerFailures(
  { name = '', state, lastState, ready }: RawContainerStatus,
  phase: string | undefined,
  latest: RawEvent | undefined,
): string[] {
  const { waiting, terminated } = state ?? {};
  if (waiting !== undefined) {
    const reason = waiting.reason ?? '';
    if (reason === 'ContainerCreating' && phase === 'Pending') {
      const told = latest?.reason === 'FailedCreatePodSandBox' || latest?.reason === 'FailedMount';
      return told && latest?.message ? [latest.message] : [];
    }
    if (reason === 'CrashLoopBackOff' && lastState?.terminated !== undefined) {
      return [`the last termination reason is ${lastState.terminated.reason} container=${name}`];
    }
    return WAITING.has(reason) && waiting.message ? [waiting.message] : [];
  }
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return [
      `the termination reason is ${terminated.reason} exitCode=${terminated.exitCode} container=${name}`,
    ];
  }
  const unhealthy = ready !== true && phase === 'Running' && latest?.reason === 'Unhealthy';
  return unhealthy && latest?.message ? [latest.message] : [];
}

function deploymentFailures({ metadata, spec, status }: RawObject): string[] {
  const replicas = (spec as { replicas?: number }).replicas ?? 1;
  const { readyReplicas = 0, conditions = [] } = status as {
    readyReplicas?: number;
    conditions?: RawCondition[];
  };
  const name = `${metadata?.namespace}/${metadata?.name}`;
  return [
    ...(replicas === readyReplicas
      ? []
      : [`Deployment ${name} has ${replicas} replicas in spec but ${readyReplicas} replicas in status`]),
    ...conditions
      .filter(({ type, status: is }) => type === 'Progressing' && is === 'False')
      .map(({ message = '' }) => message),
  ];
}

function replicaSetFailures({ status }: RawObject): string[] {
  const { replicas = 0, conditions = [] } = status as { replicas?: number; conditions?: RawCondition[] };
  // k8sgpt reports nothing as soon as one pod exists.
  if (replicas !== 0) return [];
  return conditions
    .filter(({ type, reason }) => type === 'ReplicaFailure' && reason === 'FailedCreate')
    .map(({ message = '' }) => message);
}

function claimFailures({ status }: RawObject, latest: RawEvent | undefined): string[] {
  const pending = (status as { phase?: string }).phase === 'Pending';
  return pending && latest?.reason === 'ProvisioningFailed' && latest.message ? [latest.message] : [];
}

interface Slice extends RawObject {
  readonly endpoints?: readonly { addresses?: readonly string[]; conditions?: { ready?: boolean } }[];
}

function serviceFailures(
  service: RawObject,
  objects: readonly RawObject[],
  events: readonly RawEvent[],
): string[] {
  const name = service.metadata?.name;
  const slices = objects.filter(
    (each) => each.kind === 'EndpointSlice' && each.metadata?.labels?.['kubernetes.io/service-name'] === name,
  ) as Slice[];
  const endpoints = slices.flatMap((each) => each.endpoints ?? []);
  const selector = Object.entries((service.spec as { selector?: Record<string, string> }).selector ?? {});
  const unready = endpoints.filter(({ conditions }) => conditions?.ready === false);
  return [
    ...(endpoints.length === 0
      ? selector.map(([key, value]) => `Service has no endpoints, expected label ${key}=${value}`)
      : unready.length > 0
        ? [`Service has not ready endpoints, pods: ${unready.length}`]
        : []),
    ...events
      .filter(
        ({ involvedObject, type }) =>
          involvedObject?.kind === 'Service' && involvedObject.name === name && type !== 'Normal',
      )
      .map(({ message = '' }) => message),
  ];
}

function nodeFailures({ status }: RawObject): string[] {
  const { conditions = [] } = (status ?? {}) as { conditions?: RawCondition[] };
  return conditions
    .filter(({ type, status: is }) => (type === 'Ready' ? is !== 'True' : is !== 'False'))
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}
