import { z } from 'zod';
import { amounts, evidence, placed, pod, workload } from './cluster-pods.ts';

/**
 * The stored facts about a cluster's objects: selected names, states, messages and figures. Never data of ConfigMaps
 * or Secrets, annotations, or a pod's environment. Workloads are written in full without pod suffixes (`deployment
 * argo/argo-server`), because findings name them like that.
 */

/** A context of a kubeconfig. Its cluster may not have been queried. */
const context = z.object({
  ...evidence,
  kind: z.literal('context'),
  kubeconfig: z.string(),
  context: z.string(),
  cluster: z.string(),
  /** Host and port of the API server. */
  server: z.string(),
  namespace: z.string().optional(),
  current: z.boolean(),
});

const node = z.object({
  ...evidence,
  kind: z.literal('node'),
  name: z.string(),
  ready: z.boolean(),
  /** Conditions that report a problem: `MemoryPressure: kubelet has insufficient memory`. */
  troubles: z.array(z.string()),
  /** Resources that pods can use. */
  allocatable: amounts,
  /** Allocatable resources minus the requests of the node's pods. Absent: not all pods could be listed. */
  free: amounts.optional(),
  unschedulable: z.boolean(),
  taints: z.array(z.string()),
});

const event = z.object({
  ...evidence,
  kind: z.literal('event'),
  namespace: z.string(),
  /** `Warning` or `Normal`; both are kept. */
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  /** `Pod argo/web-5d4f8`. */
  about: z.string(),
  /** Uid of the object that it is about: names are reused, uids are not. */
  uid: z.string(),
  count: z.int(),
  /** ISO 8601: series.lastObservedTime, else lastTimestamp, else eventTime, else creationTimestamp. */
  last: z.string(),
});

const quota = z.object({ ...placed, kind: z.literal('quota'), hard: amounts, used: amounts });

const limitRange = z.object({
  ...placed,
  kind: z.literal('limit-range'),
  /** `Container`, `Pod`, `PersistentVolumeClaim`. */
  type: z.string(),
  default: amounts,
  defaultRequest: amounts,
  min: amounts,
  max: amounts,
  maxRatio: amounts,
});

const service = z.object({
  ...placed,
  kind: z.literal('service'),
  type: z.string(),
  ports: z.array(z.object({ port: z.int(), target: z.string(), nodePort: z.int().optional() })),
  /** `app=web`. Empty: something else manages the endpoints. */
  selector: z.string(),
  /** Number of ready addresses in its endpoint slices. */
  ready: z.int(),
  notReady: z.int(),
  /** Number of pods that its selector matches. Absent: pods could not be listed. */
  matches: z.int().optional(),
  /** Named target ports that no matching pod defines. */
  unknownPorts: z.array(z.string()),
  /** Target ports by number that none of the matching pods declares, and those that they do declare. */
  undeclaredPorts: z.array(z.string()).optional(),
  podPorts: z.array(z.string()).optional(),
});

const claim = z.object({
  ...placed,
  kind: z.literal('claim'),
  uid: z.string(),
  phase: z.string(),
  /** `""`: dynamic provisioning is disabled. Absent: the default class. */
  class: z.string().optional(),
  volume: z.string().optional(),
  modes: z.array(z.string()),
});

const storageClass = z.object({
  ...evidence,
  kind: z.literal('storage-class'),
  name: z.string(),
  default: z.boolean(),
  provisioner: z.string(),
  /** With `WaitForFirstConsumer` a claim stays pending until a pod uses it, which is not an error. */
  binding: z.string(),
});

const hostPort = z.object({
  ...evidence,
  kind: z.literal('host-port'),
  port: z.int(),
  protocol: z.string(),
  /** Absent: on every node. */
  node: z.string().optional(),
  /** The workload or service. */
  owner: z.string(),
  /** `hostPort`, `hostNetwork`, `LoadBalancer`, `svclb` (k3s), `NodePort`. */
  mechanism: z.string(),
});

const registry = z.object({
  ...evidence,
  kind: z.literal('registry'),
  namespace: z.string(),
  workload: z.string(),
  /** `docker.io`, `registry.internal:5000`. */
  host: z.string(),
  images: z.array(z.string()),
  /**
   * Pull secrets of the pod and of its service account. `hosts` holds registry names only. Absent: the secret could
   * not be read.
   */
  secrets: z.array(
    z.object({
      name: z.string(),
      exists: z.boolean().optional(),
      type: z.string().optional(),
      hosts: z.array(z.string()).optional(),
    }),
  ),
});

const fieldFight = z.object({
  ...evidence,
  kind: z.literal('field-fight'),
  /** `deployment argo/argo-server`. */
  object: z.string(),
  /** `.spec.replicas`. */
  path: z.string(),
  /** Revision count of the object's spec (metadata.generation). */
  generation: z.int(),
  /** The field managers that set this path, most recent first. */
  managers: z.array(z.object({ manager: z.string(), operation: z.string(), at: z.string() })),
});

/** Key names of a ConfigMap or Secret in which a pod misses a key. Never values. */
const keys = z.object({ ...placed, kind: z.literal('keys'), of: z.string(), keys: z.array(z.string()) });

/** An Argo Events EventSource with the events it produces, or a Sensor with the events it depends on. */
const wiring = z.object({
  ...placed,
  kind: z.literal('wiring'),
  role: z.enum(['source', 'sensor']),
  /** `source/event`. */
  events: z.array(z.string()),
});

const networkPolicy = z.object({
  ...placed,
  kind: z.literal('network-policy'),
  selector: z.string(),
  directions: z.array(z.string()),
});

/** Last lines of a container's log. `bytes` 0 means that it printed nothing. */
const podLog = z.object({
  ...placed,
  kind: z.literal('pod-log'),
  workload: z.string(),
  container: z.string(),
  /** Whether the log is of the container's previous run. */
  previous: z.boolean(),
  bytes: z.int(),
  lines: z.array(z.string()),
});

/** The response of an HTTP probe's path to a request without credentials over one scheme. */
const probeAnswer = z.object({
  ...placed,
  kind: z.literal('probe-answer'),
  workload: z.string(),
  container: z.string(),
  probe: z.enum(['liveness', 'readiness', 'startup']),
  /** The scheme that the probe declares, in lower case. */
  declared: z.string(),
  /** The scheme that was used. */
  scheme: z.string(),
  path: z.string(),
  port: z.string(),
  status: z.int().optional(),
  /** `refused`, `timeout`, `tls` or `not-http`, if the status is missing. */
  trouble: z.string().optional(),
});

/** Whether the program that a container starts exists in its image, as seen from inside the container. */
const imageProgram = z.object({
  ...placed,
  kind: z.literal('image-program'),
  workload: z.string(),
  container: z.string(),
  image: z.string(),
  program: z.string(),
  exists: z.boolean(),
  /** From its `#!` line. */
  interpreter: z.string().optional(),
  interpreterExists: z.boolean().optional(),
});

/** Counters of a running container's cgroup. */
const usage = z.object({
  ...placed,
  kind: z.literal('usage'),
  workload: z.string(),
  container: z.string(),
  /** CPU periods in total, and those in which the container was throttled. */
  periods: z.number().optional(),
  throttled: z.number().optional(),
});

/** One fact about a cluster, discriminated by `kind`. */
export const ClusterFact = z.discriminatedUnion('kind', [
  context,
  node,
  workload,
  pod,
  event,
  quota,
  limitRange,
  service,
  claim,
  storageClass,
  hostPort,
  registry,
  fieldFight,
  keys,
  wiring,
  networkPolicy,
  podLog,
  probeAnswer,
  imageProgram,
  usage,
]);

export type ClusterFact = z.infer<typeof ClusterFact>;
export type ClusterKind = ClusterFact['kind'];
/** A fact of one kind, such as `ClusterFactOf<'pod'>`. */
export type ClusterFactOf<K extends ClusterKind> = Extract<ClusterFact, { kind: K }>;
/** A fact that has no id yet. */
export type NewClusterFact = ClusterFact extends infer F
  ? F extends ClusterFact
    ? Omit<F, 'id'>
    : never
  : never;
