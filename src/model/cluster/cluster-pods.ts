import { z } from 'zod';

/** What every fact has, and what most have. */
export const evidence = { id: z.string() };
export const placed = { ...evidence, namespace: z.string(), name: z.string() };
/** Quantities by resource, as Kubernetes writes them. */
export const amounts = z.record(z.string(), z.string());

const containerDemand = z.object({ name: z.string(), requests: amounts, limits: amounts });

/** Something that makes pods, where it is not as it should be, or mounts claims. */
export const workload = z.object({
  ...placed,
  kind: z.literal('workload'),
  /** `deployment argo/argo-server`. */
  workload: z.string(),
  desired: z.int(),
  ready: z.int(),
  /** `Recreate`, `RollingUpdate`, `OnDelete`. */
  strategy: z.string().optional(),
  /** maxSurge as written; absent: the kind has none. */
  surge: z.string().optional(),
  containers: z.array(containerDemand),
  /** Claims that its pods mount. */
  claims: z.array(z.string()),
  /** Conditions that say what is wrong: type, reason, message. */
  troubles: z.array(z.object({ type: z.string(), reason: z.string(), message: z.string() })),
});

/** One state of a container: `core/v1` ContainerState, flattened. */
const containerState = z.object({
  state: z.enum(['waiting', 'running', 'terminated']),
  reason: z.string().optional(),
  message: z.string().optional(),
  exitCode: z.int().optional(),
  signal: z.int().optional(),
  /** Between start and end; absent: it has not ended, or never started. */
  seconds: z.number().optional(),
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
  /** How its run before this one ended. */
  last: containerState.optional(),
  probes: z.array(probe),
  /** The program that the pod names; absent: the image's own entry point. */
  program: z.string().optional(),
  requests: amounts,
  limits: amounts,
  /** Resources whose limit no manifest gave: the LimitRanger filled it in at admission. */
  defaulted: z.array(z.string()),
});

/** A pod that is not ready, or was not: `core/v1` Pod, cut to what explains it. */
export const pod = z.object({
  ...placed,
  kind: z.literal('pod'),
  uid: z.string(),
  /** What it belongs to; its own name where nothing owns it. */
  workload: z.string(),
  phase: z.string(),
  /** Why it is in that phase: `Evicted`, `Unschedulable`, with the words for it. */
  reason: z.string().optional(),
  message: z.string().optional(),
  node: z.string().optional(),
  ip: z.string().optional(),
  ready: z.boolean(),
  containers: z.array(podContainer),
  claims: z.array(z.string()),
});

export type PodContainer = z.infer<typeof podContainer>;
export type ContainerState = z.infer<typeof containerState>;
/** What one container asks for. */
export type ContainerDemand = z.infer<typeof containerDemand>;
export type Amounts = z.infer<typeof amounts>;
