import type { ClusterFactOf, NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { ContainerState, PodContainer } from '../../model/cluster/cluster-pods.ts';
import {
  amountsOf,
  clip,
  type RawContainer,
  type RawContainerStatus,
  type RawObject,
  type RawPodSpec,
  type RawPodStatus,
  type RawProbe,
  type RawState,
  workloadOf,
} from './raw.ts';

export type NewPod = Extract<NewClusterFact, { kind: 'pod' }>;

/** A pod, reduced to what explains its state. No environment, annotation or command argument. */
export function podFact(raw: RawObject): NewPod {
  const meta = raw.metadata ?? {};
  const spec = (raw.spec ?? {}) as RawPodSpec;
  const status = (raw.status ?? {}) as RawPodStatus;
  const scheduled = status.conditions?.find(
    (each) => each.type === 'PodScheduled' && each.status === 'False',
  );
  const reason = status.reason ?? scheduled?.reason;
  const message = status.message ?? scheduled?.message;
  const defaulted = defaultedLimits(meta.annotations?.['kubernetes.io/limit-ranger'] ?? '');
  return {
    kind: 'pod',
    namespace: meta.namespace ?? 'default',
    name: meta.name ?? '',
    uid: meta.uid ?? '',
    workload: workloadOf('pod', meta),
    phase: meta.deletionTimestamp === undefined ? (status.phase ?? 'Unknown') : 'Terminating',
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message: clip(message) }),
    ...(spec.nodeName !== undefined && { node: spec.nodeName }),
    ...(status.podIP !== undefined && { ip: status.podIP }),
    ready: status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false,
    containers: [
      ...(spec.initContainers ?? []).map((each) =>
        container(each, true, status.initContainerStatuses, defaulted),
      ),
      ...(spec.containers ?? []).map((each) => container(each, false, status.containerStatuses, defaulted)),
    ],
    claims: claimsOf(spec),
    ...sourcesOf(spec),
  };
}

/** ConfigMaps and Secrets that a pod mounts, by the name of the volume. */
function sourcesOf({ volumes }: RawPodSpec): { sources?: Record<string, string> } {
  const rows = (volumes ?? []).flatMap(({ name = '', configMap, secret }) => {
    if (configMap?.name !== undefined) return [[name, `configmap ${configMap.name}`]];
    return secret?.secretName === undefined ? [] : [[name, `secret ${secret.secretName}`]];
  });
  return rows.length === 0 ? {} : { sources: Object.fromEntries(rows) };
}

/** Names of the claims that a pod mounts. */
export function claimsOf({ volumes }: RawPodSpec): string[] {
  return (volumes ?? []).flatMap((each) => each.persistentVolumeClaim?.claimName ?? []);
}

function container(
  raw: RawContainer,
  init: boolean,
  statuses: readonly RawContainerStatus[] | undefined,
  defaulted: ReadonlyMap<string, readonly string[]>,
): PodContainer {
  const name = raw.name ?? '';
  const status = statuses?.find((each) => each.name === name);
  const now = stateOf(status?.state);
  const last = stateOf(status?.lastState);
  return {
    name,
    init,
    image: raw.image ?? status?.image ?? '',
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
    ...(now && { now }),
    ...(last && { last }),
    probes: probesOf(raw),
    ...(raw.command?.[0] !== undefined && { program: raw.command[0] }),
    requests: amountsOf(raw.resources?.requests),
    limits: amountsOf(raw.resources?.limits),
    defaulted: [...(defaulted.get(name) ?? [])],
  };
}

function stateOf(raw: RawState | undefined): ContainerState | undefined {
  if (raw?.terminated !== undefined) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = raw.terminated;
    const seconds = (Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1000;
    return {
      state: 'terminated',
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message: clip(message) }),
      ...(exitCode !== undefined && { exitCode }),
      ...(signal !== undefined && signal !== 0 && { signal }),
      // A container that never started has the epoch as its start time.
      ...(Number.isFinite(seconds) && seconds >= 0 && seconds < 1e9 && { seconds }),
    };
  }
  if (raw?.waiting !== undefined) {
    const { reason, message } = raw.waiting;
    return {
      state: 'waiting',
      ...(reason !== undefined && { reason }),
      ...(message !== undefined && { message: clip(message) }),
    };
  }
  if (raw?.running === undefined) return undefined;
  const { startedAt } = raw.running;
  return { state: 'running', ...(startedAt !== undefined && { since: startedAt }) };
}

function probesOf(raw: RawContainer): PodContainer['probes'] {
  const rows = [
    ['liveness', raw.livenessProbe],
    ['readiness', raw.readinessProbe],
    ['startup', raw.startupProbe],
  ] as const;
  return rows.flatMap(([probe, spec]) => (spec === undefined ? [] : [{ probe, ...probeBy(spec, raw) }]));
}

function probeBy({ httpGet, tcpSocket, grpc }: RawProbe, container: RawContainer) {
  const port = (raw: string | number | undefined) => ({ port: numbered(raw, container) });
  if (httpGet !== undefined) {
    const { scheme = 'HTTP', path = '/' } = httpGet;
    return { by: 'http' as const, scheme: scheme.toLowerCase(), path, ...port(httpGet.port) };
  }
  if (tcpSocket !== undefined) return { by: 'tcp' as const, ...port(tcpSocket.port) };
  return grpc === undefined ? { by: 'exec' as const } : { by: 'grpc' as const, ...port(grpc.port) };
}

/** A port as a number: probes may refer to a container's port by name. */
function numbered(port: string | number | undefined, { ports }: RawContainer): string {
  return String(ports?.find(({ name }) => name === port)?.containerPort ?? port ?? '');
}

/**
 * By container, the resources whose limit was set by the LimitRanger, from its annotation:
 * `LimitRanger plugin set: cpu, memory limit for container app; memory request for init container setup`.
 */
function defaultedLimits(words: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const parts = words.replace(/^LimitRanger plugin set: /, '').split('; ');
  for (const part of parts) {
    const [, resources, name] = /^([\w., /-]{1,200}) limit for (?:init )?container (\S+)$/.exec(part) ?? [];
    if (resources !== undefined && name !== undefined) found.set(name, resources.split(', '));
  }
  return found;
}

/** Whether a pod helps to explain a failure. */
export function isFailing(pod: Pick<ClusterFactOf<'pod'>, 'phase' | 'ready' | 'containers'>): boolean {
  if (pod.phase === 'Succeeded') return false;
  return !pod.ready || pod.containers.some(({ restarts, last }) => restarts > 0 || last !== undefined);
}
