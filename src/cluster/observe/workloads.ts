import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { claimsOf } from './pods.ts';
import {
  amountsOf,
  conditionsAgainst,
  named,
  type RawCondition,
  type RawObject,
  type RawPodSpec,
  type RawWorkloadSpec,
  type RawWorkloadStatus,
  workloadOf,
} from './raw.ts';

export type NewWorkload = Extract<NewClusterFact, { kind: 'workload' }>;

/** A deployment, stateful set, daemon set, replica set or job, reduced to what explains its state. */
export function workloadFact(raw: RawObject): NewWorkload {
  const meta = raw.metadata ?? {};
  const spec = (raw.spec ?? {}) as RawWorkloadSpec;
  const status = (raw.status ?? {}) as RawWorkloadStatus;
  const kind = raw.kind ?? '';
  const template = spec.template?.spec ?? {};
  const strategy = spec.strategy?.type ?? spec.updateStrategy?.type ?? defaultStrategy(kind);
  const rolls = kind === 'Deployment' && strategy !== 'Recreate';
  return {
    kind: 'workload',
    namespace: meta.namespace ?? 'default',
    name: meta.name ?? '',
    workload:
      kind === 'ReplicaSet'
        ? workloadOf(kind, meta)
        : named(kind, meta.namespace ?? 'default', meta.name ?? ''),
    desired: desiredOf(kind, spec, status),
    ready: status.readyReplicas ?? status.numberReady ?? status.succeeded ?? 0,
    ...(strategy !== undefined && { strategy }),
    ...(rolls && { surge: String(spec.strategy?.rollingUpdate?.maxSurge ?? '25%') }),
    containers: demandsOf(template),
    claims: claimsOf(template),
    troubles: conditionsAgainst(status.conditions, isAgainst),
  };
}

/** Requests and limits of the containers of a pod template. */
export function demandsOf({ containers }: RawPodSpec): NewWorkload['containers'] {
  return (containers ?? []).map(({ name = '', resources }) => ({
    name,
    requests: amountsOf(resources?.requests),
    limits: amountsOf(resources?.limits),
  }));
}

/** Kubernetes' own defaults. */
function defaultStrategy(kind: string): string | undefined {
  return ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind) ? 'RollingUpdate' : undefined;
}

function desiredOf(kind: string, spec: RawWorkloadSpec, status: RawWorkloadStatus): number {
  if (kind === 'DaemonSet') return status.desiredNumberScheduled ?? 0;
  if (kind === 'Job') return spec.suspend === true ? 0 : (spec.completions ?? 1);
  return spec.replicas ?? 1;
}

function isAgainst({ type, status }: RawCondition): boolean {
  if (type === 'ReplicaFailure' || type === 'Failed' || type === 'FailureTarget') return status === 'True';
  return (type === 'Progressing' || type === 'Available') && status === 'False';
}

/** Not in its desired state, or relevant because claims make it fragile. A retired replica set is neither. */
export function isWorthKeeping({ desired, ready, troubles, claims, workload, name }: NewWorkload): boolean {
  const isReplicaSet = !workload.endsWith(`/${name}`);
  if (isReplicaSet) return desired > 0 && troubles.length > 0;
  return ready < desired || troubles.length > 0 || claims.length > 0;
}
