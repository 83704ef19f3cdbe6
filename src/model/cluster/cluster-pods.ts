import { z } from 'zod';

/** The field that every fact has. */
export const evidence = { id: z.string() };
export const placed = { ...evidence, namespace: z.string(), name: z.string() };
/** Quantities by resource, as Kubernetes writes them. */
export const amounts = z.record(z.string(), z.string());

const containerDemand = z.object({ name: z.string(), requests: amounts, limits: amounts });

/** A controller that creates pods, if it is not healthy or mounts volume claims. */
export const workload = z.object({
  ...placed,
  kind: z.literal('workload'),
  /** `deployment argo/argo-server`. */
  workload: z.string(),
  desired: z.int(),
  ready: z.int(),
  /** `Recreate`, `RollingUpdate`, `OnDelete`. */
  strategy: z.string().optional(),
  /** maxSurge as written. Absent: this kind has none. */
  surge: z.string().optional(),
  containers: z.array(containerDemand),
  /** Volume claims that its pods mount. */
  claims: z.array(z.string()),
  /** Conditions that report a problem: type, reason, message. */
  troubles: z.array(z.object({ type: z.string(), reason: z.string(), message: z.string() })),
});

/** One state of a container: `core/v1` ContainerState, flattened. */
const containerState = z.object({
  state: z.enum(['waiting', 'running', 'terminated']),
  reason: z.string().optional(),
  message: z.string().optional(),
  exitCode: z.int().optional(),
  signal: z.int().optional(),
  /** From start to end. Absent: it is still running or never started. */
  seconds: z.number().optional(),
  /** ISO 8601; of what is running. */
  since: z.string().optional(),
});

const probe = z.object({
  probe: z.enum(['liveness', 'readiness', 'startup']),
  by: z.enum(['http', 'tcp', 'grpc', 'exec']),
  scheme: z.string().optional(),
  path: z.string().optional(),
  port: z.string().optional(),
});

const podContainer = z.object({
  name: z.string(),
  init: z.boolean(),
  image: z.string(),
  ready: z.boolean(),
  restarts: z.int(),
  now: containerState.optional(),
  /** How its previous run ended. */
  last: containerState.optional(),
  probes: z.array(probe),
  /** The program that the pod specifies. Absent: the image's own entry point. */
  program: z.string().optional(),
  requests: amounts,
  limits: amounts,
  /** Resources whose limit is not in a manifest but was set by the LimitRanger at admission. */
  defaulted: z.array(z.string()),
});

/** A pod that is not ready or was not ready: the parts of `core/v1` Pod that explain it. */
export const pod = z.object({
  ...placed,
  kind: z.literal('pod'),
  uid: z.string(),
  /** The workload that owns it; its own name if it has no owner. */
  workload: z.string(),
  phase: z.string(),
  /** Why it is in that phase: `Evicted`, `Unschedulable`, with the message. */
  reason: z.string().optional(),
  message: z.string().optional(),
  node: z.string().optional(),
  ip: z.string().optional(),
  ready: z.boolean(),
  containers: z.array(podContainer),
  claims: z.array(z.string()),
  /** What its volumes are made of, by their name: `configmap settings`, `secret tls`. */
  sources: z.record(z.string(), z.string()).optional(),
});

export type PodContainer = z.infer<typeof podContainer>;
export type ContainerState = z.infer<typeof containerState>;
/** The resources that one container requests. */
export type ContainerDemand = z.infer<typeof containerDemand>;
export type ContainerAmounts = z.infer<typeof amounts>;
