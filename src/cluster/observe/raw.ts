import { redactText } from '../../observe/redact/redact.ts';

/**
 * The parts of Kubernetes objects that are read, as the API server writes them (raw JSON). Everything is optional,
 * because objects of other versions, or with restricted permissions, may lack fields.
 */

export interface RawMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Only messages of admission plugins are read; none are kept. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { kind?: string; name?: string; controller?: boolean }[];
  readonly managedFields?: readonly RawManaged[];
}

export interface RawManaged {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

export interface RawObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: RawMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export interface RawCondition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

interface RawResources {
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly limits?: Readonly<Record<string, string | number>>;
}

export interface RawProbe {
  readonly httpGet?: { scheme?: string; path?: string; port?: string | number };
  readonly tcpSocket?: { port?: string | number };
  readonly grpc?: { port?: string | number };
  readonly exec?: object;
}

export interface RawContainer {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly {
    name?: string;
    containerPort?: number;
    hostPort?: number;
    protocol?: string;
  }[];
  readonly resources?: RawResources;
  readonly livenessProbe?: RawProbe;
  readonly readinessProbe?: RawProbe;
  readonly startupProbe?: RawProbe;
}

export interface RawPodSpec {
  readonly nodeName?: string;
  readonly hostNetwork?: boolean;
  readonly serviceAccountName?: string;
  readonly imagePullSecrets?: readonly { name?: string }[];
  readonly containers?: readonly RawContainer[];
  readonly initContainers?: readonly RawContainer[];
  readonly volumes?: readonly {
    name?: string;
    persistentVolumeClaim?: { claimName?: string };
    configMap?: { name?: string };
    secret?: { secretName?: string };
  }[];
}

interface RawEnd {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}

export interface RawState {
  readonly waiting?: { reason?: string; message?: string };
  readonly running?: { startedAt?: string };
  readonly terminated?: RawEnd;
}

export interface RawContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: RawState;
  readonly lastState?: RawState;
}

export interface RawPodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly podIP?: string;
  readonly conditions?: readonly RawCondition[];
  readonly containerStatuses?: readonly RawContainerStatus[];
  readonly initContainerStatuses?: readonly RawContainerStatus[];
}

export interface RawWorkloadSpec {
  readonly replicas?: number;
  readonly suspend?: boolean;
  readonly completions?: number;
  readonly strategy?: { type?: string; rollingUpdate?: { maxSurge?: string | number } };
  readonly updateStrategy?: { type?: string };
  readonly template?: { spec?: RawPodSpec };
}

export interface RawWorkloadStatus {
  readonly readyReplicas?: number;
  readonly desiredNumberScheduled?: number;
  readonly numberReady?: number;
  readonly succeeded?: number;
  readonly conditions?: readonly RawCondition[];
}

export interface RawEvent extends RawObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly note?: string;
  readonly count?: number;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { lastObservedTime?: string | null; count?: number } | null;
  readonly involvedObject?: { kind?: string; namespace?: string; name?: string; uid?: string };
  readonly regarding?: { kind?: string; namespace?: string; name?: string; uid?: string };
}

/** Quantities as text, because a YAML author may have written a number. */
export function amountsOf(
  raw: Readonly<Record<string, string | number>> | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(raw ?? {}).map(([name, value]) => [name, String(value)]));
}

/** A message truncated for people, with secret-like values masked: a pod may print anything. */
export function clip(text: string | undefined, most = 600): string {
  const plain = redactText((text ?? '').slice(0, 4 * most)).trim();
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}

/** `deployment argo/argo-server`. */
export function named(kind: string, namespace: string, name: string): string {
  return `${kind.toLowerCase()} ${namespace}/${name}`;
}

/**
 * The workload that controls an object; the object itself if it has no owner. The owner of a replica set is derived
 * from its deployment's hash, so that no further object has to be fetched.
 */
export function workloadOf(kind: string, meta: RawMeta): string {
  const namespace = meta.namespace ?? 'default';
  const owner = meta.ownerReferences?.find((each) => each.controller !== false);
  if (owner?.kind === undefined || owner.name === undefined) return named(kind, namespace, meta.name ?? '');
  const hash = meta.labels?.['pod-template-hash'];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return named('deployment', namespace, owner.name.slice(0, -hash.length - 1));
  }
  return named(owner.kind, namespace, owner.name);
}

/** Conditions that block progress, as `{type, reason, message}`. */
export function conditionsAgainst(
  conditions: readonly RawCondition[] | undefined,
  isAgainst: (condition: RawCondition) => boolean,
): { type: string; reason: string; message: string }[] {
  return (conditions ?? []).filter(isAgainst).map(({ type = '', reason = '', message }) => ({
    type,
    reason,
    message: clip(message),
  }));
}
