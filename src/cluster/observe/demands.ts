import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { ContainerDemand } from '../../model/cluster/cluster-pods.ts';
import { readDocuments } from '../apply/documents.ts';
import { eventFact } from './events.ts';
import { limitRangeFacts, quotaFact } from './limits.ts';
import { NodeBuilder } from './nodes.ts';
import type { RawEvent, RawObject, RawPodSpec } from './raw.ts';
import { ClusterReader } from './reader.ts';
import { demandsOf, workloadFact } from './workloads.ts';

/**
 * The resources that a workload requests, as guards evaluate them: its pods, and the requests and limits of each
 * container.
 */
interface Demand {
  readonly object: string;
  readonly replicas: number;
  readonly surge: string;
  readonly containers: readonly ContainerDemand[];
}

/** What one object of a manifest requests, what it has now, and the limits of its namespace. */
export interface MeasuredDemand {
  readonly namespace: string;
  readonly demand: Demand;
  /** Absent if it is new. */
  readonly own?: Demand;
  readonly facts: readonly ClusterFact[];
}

const PATHS: Readonly<Record<string, string>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  ReplicaSet: 'replicasets',
};

/**
 * Reads the limits that apply to manifests. Limits that cannot be read are omitted, and unknown limits never cause a
 * refusal.
 */
export async function measureDemands(
  cluster: Cluster,
  manifests: readonly { readonly text: string; readonly namespace: string }[],
  signal: AbortSignal,
): Promise<MeasuredDemand[]> {
  const objects = manifests.flatMap(({ text, namespace }) => {
    const read = readDocuments(text);
    const found = read.ok ? (read.objects as readonly RawObject[]) : [];
    return found.map((raw) => ({ raw, namespace: raw.metadata?.namespace ?? namespace }));
  });
  const workloads = objects.flatMap(({ raw, namespace }) => {
    const demand = demandOf(raw);
    return demand === undefined ? [] : [{ raw, namespace, demand }];
  });
  const reader = new ClusterReader(cluster, signal);
  const limits = new Map<string, Promise<ClusterFact[]>>();
  const measured: MeasuredDemand[] = [];
  for (const { raw, namespace, demand } of workloads) {
    cluster.requireAllowed(namespace);
    const reading = limits.get(namespace) ?? limitsOf(reader, namespace);
    limits.set(namespace, reading);
    const own = await currentDemand(reader, raw, namespace);
    // A new workload starts without a rollout, so it needs no surge.
    const needed = own === undefined ? { ...demand, surge: '0' } : demand;
    measured.push({ namespace, demand: needed, ...(own && { own }), facts: await reading });
  }
  return measured;
}

/** Undefined if it creates no pods, or their number is a variable. */
function demandOf(raw: RawObject): Demand | undefined {
  const kind = raw.kind ?? '';
  const object = `${kind.toLowerCase()}/${raw.metadata?.name ?? ''}`;
  if (kind === 'Pod') {
    return { object, replicas: 1, surge: '0', containers: demandsOf((raw.spec ?? {}) as RawPodSpec) };
  }
  if (kind === 'Job') {
    const { parallelism = 1 } = (raw.spec ?? {}) as { parallelism?: number };
    return typeof parallelism === 'number'
      ? { object, replicas: parallelism, surge: '0', containers: workloadFact(raw).containers }
      : undefined;
  }
  if (PATHS[kind] === undefined) return undefined;
  const { desired, surge = '0', containers } = workloadFact(raw);
  return typeof desired === 'number' ? { object, replicas: desired, surge, containers } : undefined;
}

/** What the workload has now. */
async function currentDemand(
  reader: ClusterReader,
  raw: RawObject,
  namespace: string,
): Promise<Demand | undefined> {
  const resource = PATHS[raw.kind ?? ''];
  if (resource === undefined) return undefined;
  const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(raw.metadata?.name ?? '')}`;
  const live = await reader.attempt('the workload cannot be read', () => reader.get<RawObject>(path));
  if (live === undefined) return undefined;
  const current = demandOf({ kind: raw.kind ?? '', ...live });
  const { replicas } = (live.status ?? {}) as { replicas?: number };
  return current && { ...current, replicas: replicas ?? 0 };
}

async function limitsOf(reader: ClusterReader, namespace: string): Promise<ClusterFact[]> {
  const facts: ClusterFact[] = [];
  const keep = (...found: object[]): void =>
    void facts.push(...found.map((each) => ({ id: '', ...each }) as ClusterFact));
  await Promise.all([
    reader.list('LimitRange', [namespace], (raw) => keep(...limitRangeFacts(raw))),
    reader.list('ResourceQuota', [namespace], (raw) => keep(quotaFact(raw))),
    reader.list('Node', 'all', (raw) => keep(new NodeBuilder(raw).fact(false))),
    reader.list('Event', [namespace], (raw) => keep(eventFact(raw as RawEvent)), {
      fieldSelector: 'reason=SyncError',
    }),
  ]);
  return facts.sort((a, b) => (a.kind === 'event' && b.kind === 'event' && a.last < b.last ? 1 : 0));
}
