import { deadline } from '../../base/deadline.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import { ClusterError } from '../cluster-errors.ts';
import { inspectFailing } from './inspect-failing.ts';
import { ObservationBuilder, type ReadKind } from './observation-builder.ts';
import { ClusterReader, type Namespaces, sentence } from './reader.ts';
import type { PullSecret } from './registries.ts';

/** What to look at. */
export interface ClusterObservationOptions {
  /** Default: every namespace that the person allows and the cluster lets be read. */
  readonly namespace?: string;
  /** Also calls the HTTP probes of pods in trouble, and asks their nodes for CPU figures. Default no. */
  readonly active?: boolean;
  /** Also looks into the images of containers that died, which adds an ephemeral container to their pods. Default no. */
  readonly inspect?: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole look; what is not read by then is unavailable. */
  readonly limitMs?: number;
}

const LIMIT_MS = 25_000;

/** Kinds that do not need each other. */
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
 * Looks at a cluster once and changes nothing, but for what `inspect` adds. Never throws: what could not be read is in `unavailable`. Pages of objects
 * are let go as soon as they have been read, so that memory does not grow with the cluster. Never reads a ConfigMap's or
 * Secret's data but for the names of keys and registries, where a pod's trouble is about them.
 */
export async function observeCluster(
  cluster: Cluster,
  { namespace, active = false, inspect = false, signal, limitMs = LIMIT_MS }: ClusterObservationOptions = {},
): Promise<ClusterObservation> {
  const reader = new ClusterReader(cluster, deadline(limitMs, signal));
  const gathering = new ObservationBuilder();
  const namespaces = await chooseNamespaces(cluster, reader, namespace);
  if (namespaces === undefined) return { facts: [], more: new Map(), unavailable: reader.unavailable };
  await inTurn(FIRST, 4, (kind) => reader.list(kind, namespaces, (raw) => gathering.take(kind, raw)));
  const pods = await reader.list('Pod', namespaces, (raw) => gathering.take('Pod', raw));
  await inTurn(['EndpointSlice', 'Event'] as const, 2, (kind) =>
    reader.list(kind, namespaces, (raw) => gathering.take(kind, raw)),
  );
  const secrets: ReadonlyMap<string, PullSecret> = await inspectFailing(gathering, reader, {
    active,
    ...(inspect && { into: cluster }),
  });
  const { facts, more } = gathering.facts({ pods, allPods: pods && namespaces === 'all' }, secrets);
  return { facts: [contextOf(cluster), ...facts], more, unavailable: reader.unavailable };
}

/** Which cluster this is. The name of its entry in the kubeconfig is not known here, and says nothing. */
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

/** Undefined: none may be looked at. */
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
  return open.slice(0, MOST_NAMESPACES);
}

/** Asked one by one; more of them are better asked by name. */
const MOST_NAMESPACES = 20;

function allowed(cluster: Cluster, namespace: string, reader?: ClusterReader): boolean {
  try {
    cluster.requireAllowed(namespace);
    return true;
  } catch (error) {
    if (error instanceof ClusterError) reader?.unavailable.push(sentence(error));
    return false;
  }
}

/** All of them, so many at a time. */
async function inTurn<T>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}
