import { deadline } from '../../base/deadline.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import { ClusterError } from '../cluster-errors.ts';
import { inspectFailing } from './inspect-failing.ts';
import { ObservationBuilder, type ReadKind } from './observation-builder.ts';
import { ClusterReader, type Namespaces, sentence } from './reader.ts';
import type { PullSecret } from './registries.ts';

/** What to observe. */
export interface ClusterObservationOptions {
  /** Default: every namespace that the person has approved and the cluster allows to read. */
  readonly namespace?: string;
  /** Also calls the HTTP probes of failing pods, and reads CPU metrics from their nodes. Default: no. */
  readonly active?: boolean;
  /** Also inspects the images of crashed containers, which adds an ephemeral container to their pods. Default: no. */
  readonly inspect?: boolean;
  readonly signal?: AbortSignal;
  /** Time limit of the observation in milliseconds; what is not read by then is unavailable. */
  readonly limitMs?: number;
}

const LIMIT_MS = 25_000;

/** Kinds that are independent of each other. */
const FIRST: readonly ReadKind[] = [
  'Node',
  'StorageClass',
  'ServiceAccount',
  'ResourceQuota',
  'LimitRange',
  'Service',
  'NetworkPolicy',
  'PersistentVolumeClaim',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'EventSource',
  'Sensor',
];

/**
 * Observes a cluster once and changes nothing, except for what `inspect` adds. Never throws: what could not be read is
 * in `unavailable`. Pages of objects are freed as soon as they are read, so that memory does not grow with the cluster.
 * Never reads the data of a ConfigMap or Secret, except names of keys and registries if a pod fails because of them.
 */
export async function observeCluster(
  cluster: Cluster,
  { namespace, active = false, inspect = false, signal, limitMs = LIMIT_MS }: ClusterObservationOptions = {},
): Promise<ClusterObservation> {
  const reader = new ClusterReader(cluster, deadline(limitMs, signal));
  const builder = new ObservationBuilder();
  const namespaces = await chooseNamespaces(cluster, reader, namespace);
  if (namespaces === undefined) return { facts: [], more: new Map(), unavailable: reader.unavailable };
  await inParallel(FIRST, 4, (kind) => reader.list(kind, namespaces, (raw) => builder.addObject(kind, raw)));
  const pods = await reader.list('Pod', namespaces, (raw) => builder.addObject('Pod', raw));
  await inParallel(['EndpointSlice', 'Event'] as const, 2, (kind) =>
    reader.list(kind, namespaces, (raw) => builder.addObject(kind, raw)),
  );
  const secrets: ReadonlyMap<string, PullSecret> = await inspectFailing(builder, reader, {
    active,
    ...(inspect && { into: cluster }),
  });
  const { facts, more } = builder.facts({ pods, allPods: pods && namespaces === 'all' }, secrets);
  return { facts: [contextOf(cluster), ...facts], more, unavailable: reader.unavailable };
}

/** Which cluster this is. The name of its kubeconfig entry is unknown here and not needed. */
function contextOf({ name, namespace }: Cluster): NewClusterFact {
  const { context, server, path } = name;
  const { host } = new URL(server);
  return {
    kind: 'context',
    kubeconfig: path,
    context,
    cluster: context,
    server: host,
    namespace,
    current: true,
  };
}

/** Undefined if no namespace may be read. */
async function chooseNamespaces(
  cluster: Cluster,
  reader: ClusterReader,
  wanted: string | undefined,
): Promise<Namespaces | undefined> {
  if (wanted !== undefined) return allowed(cluster, wanted, reader) ? [wanted] : undefined;
  const names = await reader.attempt('namespaces cannot be listed', async () => {
    const { items = [] } = await reader.get<{ items?: { metadata?: { name?: string } }[] }>(
      '/api/v1/namespaces',
      { limit: 500 },
    );
    return items.flatMap(({ metadata }) => metadata?.name ?? []);
  });
  if (reader.isDead) return undefined;
  if (names === undefined)
    return allowed(cluster, cluster.namespace, reader) ? [cluster.namespace] : undefined;
  const open = names.filter((each) => allowed(cluster, each));
  if (open.length === names.length) return 'all';
  if (open.length === 0) return allowed(cluster, cluster.namespace, reader) ? [cluster.namespace] : undefined;
  return open.slice(0, MAX_NAMESPACES);
}

/** Namespaces are queried one by one; beyond this many, they should be named. */
const MAX_NAMESPACES = 20;

function allowed(cluster: Cluster, namespace: string, reader?: ClusterReader): boolean {
  try {
    cluster.requireAllowed(namespace);
    return true;
  } catch (error) {
    if (error instanceof ClusterError) reader?.unavailable.push(sentence(error));
    return false;
  }
}

/** Runs work on all items, a limited number in parallel. */
async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}
