import { z } from 'zod';
import { amounts, evidence, placed, pod, workload } from './cluster-pods.ts';

/**
 * What is kept of a cluster's objects: names, states, messages and figures, each chosen by hand. Never data of ConfigMaps
 * or Secrets, annotations, or a pod's environment. Workloads are written `deployment argo/argo-server`, whole, since that
 * is how findings name them: without the suffixes of pods.
 */

/** A context of a kubeconfig; its cluster need not have been asked. */
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
  /** Conditions that are not as they should be: `MemoryPressure: kubelet has insufficient memory`. */
  troubles: z.array(z.string()),
  /** What pods may use of it. */
  allocatable: amounts,
  /** Left of it after what the pods on it request; absent: not all of them could be seen. */
  free: amounts.optional(),
  unschedulable: z.boolean(),
  taints: z.array(z.string()),
});

const event = z.object({
  ...evidence,
  kind: z.literal('event'),
  namespace: z.string(),
  /** `Warning` or `Normal`; both matter. */
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  /** `Pod argo/web-5d4f8`. */
  about: z.string(),
  /** Of the object that it is about: names come back, uids do not. */
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
  /** `app=web`; empty: endpoints are somebody else's to write. */
  selector: z.string(),
  /** Addresses behind it, from its endpoint slices. */
  ready: z.int(),
  notReady: z.int(),
  /** Pods that its selector matches; absent: pods could not be read. */
  matches: z.int().optional(),
  /** Named target ports that none of the matching pods has. */
  unknownPorts: z.array(z.string()),
});

const claim = z.object({
  ...placed,
  kind: z.literal('claim'),
  uid: z.string(),
  phase: z.string(),
  /** `""`: no dynamic provisioning, on purpose or not; absent: the default class. */
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
  /** `WaitForFirstConsumer`: a claim is pending until a pod wants it, and that is no fault. */
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
  /** Pull secrets of the pod and of its service account. `hosts` are names only; absent: it could not be read. */
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
  /** How often the object was changed. */
  generation: z.int(),
  /** Who claims it, the last one first. */
  managers: z.array(z.object({ manager: z.string(), operation: z.string(), at: z.string() })),
});

/** Key names of a ConfigMap or Secret that some pod misses a key of; never a value. */
const keys = z.object({ ...placed, kind: z.literal('keys'), of: z.string(), keys: z.array(z.string()) });

/** An Argo Events EventSource and the events it makes, or a Sensor and the events it waits for. */
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

/** Last lines of a container's log; `bytes` 0 says that it printed nothing at all. */
const podLog = z.object({
  ...placed,
  kind: z.literal('pod-log'),
  workload: z.string(),
  container: z.string(),
  /** Of the run before this one. */
  previous: z.boolean(),
  bytes: z.int(),
  lines: z.array(z.string()),
});

/** How an HTTP probe's path answered when it was called without credentials, by one scheme. */
const probeAnswer = z.object({
  ...placed,
  kind: z.literal('probe-answer'),
  workload: z.string(),
  container: z.string(),
  probe: z.enum(['liveness', 'readiness', 'startup']),
  /** As the probe declares it, lower case. */
  declared: z.string(),
  /** As it was called. */
  scheme: z.string(),
  path: z.string(),
  port: z.string(),
  status: z.int().optional(),
  /** `refused`, `timeout`, `tls`, `not-http`: why there is no status. */
  trouble: z.string().optional(),
});

/** Whether the program that a container is to start exists in its image, as seen from inside. */
const imageProgram = z.object({
  ...placed,
  kind: z.literal('image-program'),
  workload: z.string(),
  container: z.string(),
  image: z.string(),
  program: z.string(),
  exists: z.boolean(),
  /** From its first line. */
  interpreter: z.string().optional(),
  interpreterExists: z.boolean().optional(),
});

/** Figures of a running container's cgroup. */
const usage = z.object({
  ...placed,
  kind: z.literal('usage'),
  workload: z.string(),
  container: z.string(),
  /** CPU periods in all, and those in which it was held back. */
  periods: z.number().optional(),
  throttled: z.number().optional(),
});

/** One thing of a cluster, told apart by `kind`. */
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
/** Before it has its id. */
export type NewClusterFact = ClusterFact extends infer F
  ? F extends ClusterFact
    ? Omit<F, 'id'>
    : never
  : never;
