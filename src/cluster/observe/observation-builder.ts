import type { ClusterKind, NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { EventSelection, eventFact } from './events.ts';
import { podHostPorts, serviceHostPorts } from './host-ports.ts';
import { limitRangeFacts, networkPolicyFact, quotaFact } from './limits.ts';
import { fieldFights } from './managers.ts';
import { NodeBuilder } from './nodes.ts';
import { isFailing, podFact } from './pods.ts';
import type { RawEvent, RawObject, RawPodSpec, RawPodStatus } from './raw.ts';
import { type PullSecret, Registries } from './registries.ts';
import { ServiceBuilder } from './services.ts';
import { claimFact, storageClassFact } from './storage.ts';
import { sensorFact, sourceFact } from './wiring.ts';
import { isWorthKeeping, workloadFact } from './workloads.ts';

/**
 * Kinds in the order in which they must be added: collectors of pods before the pods, and pods before events about
 * them.
 */
export const READING_ORDER = [
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
  'Pod',
  'EndpointSlice',
  'Event',
] as const;

export type ReadKind = (typeof READING_ORDER)[number];

/** Maximum number of facts per kind; the rest are counted. */
const MAX_FACTS = { usual: 200, events: 300, pods: 200 } as const;

/** What was read completely, so that absence is a fact. */
export interface Known {
  /** All pods of the requested namespaces. */
  readonly pods: boolean;
  /** All pods of the whole cluster. */
  readonly allPods: boolean;
}

/**
 * Adds objects one by one, in the reading order, and keeps only what an observation reports, so that pages of objects
 * can be freed as soon as they are read. Holds a bounded number of facts for any number of objects.
 */
export class ObservationBuilder {
  readonly #facts = new Map<ClusterKind, NewClusterFact[]>();
  readonly #more = new Map<ClusterKind, number>();
  readonly #nodes = new Map<string, NodeBuilder>();
  readonly #services = new Map<string, ServiceBuilder[]>();
  readonly #registries = new Registries(MAX_FACTS.usual);
  readonly #failing = new Set<string>();
  readonly #events = new EventSelection(MAX_FACTS.events, (uid) => this.#failing.has(uid));
  readonly #missing = new Set<string>();
  readonly #unhealthy = new Map<string, { namespace: string; name: string }>();

  /** One row per kind; all other kinds are workloads. */
  readonly #handlers: Partial<Record<ReadKind, (raw: RawObject) => void>> = {
    Node: (raw) => void this.#nodes.set(raw.metadata?.name ?? '', new NodeBuilder(raw)),
    StorageClass: (raw) => this.#keepFact(storageClassFact(raw)),
    ServiceAccount: (raw) => this.#registries.addAccount(raw),
    ResourceQuota: (raw) => this.#keepFact(quotaFact(raw)),
    LimitRange: (raw) => {
      for (const each of limitRangeFacts(raw)) this.#keepFact(each);
    },
    Service: (raw) => this.#addService(raw),
    NetworkPolicy: (raw) => this.#keepFact(networkPolicyFact(raw)),
    PersistentVolumeClaim: (raw) => this.#addClaim(raw),
    EventSource: (raw) => this.#keepFact(sourceFact(raw)),
    Sensor: (raw) => this.#keepFact(sensorFact(raw)),
    Pod: (raw) => this.#addPod(raw),
    EndpointSlice: (raw) => this.#addSlice(raw),
    Event: (raw) => this.#addEvent(raw as RawEvent),
  };

  /** Items of lists lack their kind, so the caller passes it. */
  addObject(kind: ReadKind, raw: RawObject): void {
    const handler = this.#handlers[kind];
    if (handler) handler(raw);
    else this.#addWorkload({ ...raw, kind });
  }

  /** Failing pods, for closer inspection. */
  get failingPods(): readonly Extract<NewClusterFact, { kind: 'pod' }>[] {
    return (this.#facts.get('pod') ?? []) as Extract<NewClusterFact, { kind: 'pod' }>[];
  }

  /** `configmap argo/settings`: objects that lack a key according to an event. */
  get missingKeys(): readonly string[] {
    return [...this.#missing].slice(0, 10);
  }

  /** Pods with a recent event about a failing probe, but without another problem. */
  get unhealthyPods(): readonly { namespace: string; name: string }[] {
    return [...this.#unhealthy.values()].slice(0, 5);
  }

  /** `argo/regcred`: pull secrets for these workloads and registries (`deployment argo/flow docker.io`). */
  pullSecretsOf(wanted: ReadonlySet<string>): readonly string[] {
    const rows = this.#registries.facts(new Map());
    const mine = rows.filter(({ workload, host }) => wanted.has(`${workload} ${host}`));
    const names = mine.flatMap(({ namespace, secrets }) => secrets.map(({ name }) => `${namespace}/${name}`));
    return [...new Set(names)];
  }

  /** Adds a fact from another source. */
  add(fact: NewClusterFact): void {
    this.#keepFact(fact);
  }

  /** All facts, the most informative kinds first, and how many of each kind were dropped. */
  facts(
    known: Known,
    secrets: ReadonlyMap<string, PullSecret> = new Map(),
  ): { readonly facts: readonly NewClusterFact[]; readonly more: ReadonlyMap<ClusterKind, number> } {
    for (const each of this.#nodes.values()) this.#keepFact(each.fact(known.allPods));
    for (const each of [...this.#services.values()].flat()) this.#keepFact(each.fact(known.pods));
    for (const each of this.#registries.facts(secrets)) this.#keepFact(each);
    const events = this.#events.end();
    this.#facts.set('event', [...events.facts]);
    this.#more.set('event', events.more);
    const facts = REPORT_ORDER.flatMap((kind) => this.#facts.get(kind) ?? []);
    return { facts, more: new Map([...this.#more].filter(([, count]) => count > 0)) };
  }

  #keepFact(fact: NewClusterFact, most: number = MAX_FACTS.usual): void {
    const rows = this.#facts.get(fact.kind) ?? [];
    if (rows.length < most) this.#facts.set(fact.kind, [...rows, fact]);
    else this.#more.set(fact.kind, (this.#more.get(fact.kind) ?? 0) + 1);
  }

  #addService(raw: RawObject): void {
    const service = new ServiceBuilder(raw);
    const rows = this.#services.get(service.namespace) ?? [];
    this.#services.set(service.namespace, [...rows, service]);
    for (const each of serviceHostPorts(raw)) this.#keepFact(each);
    this.#addConflicts({ ...raw, kind: 'Service' });
  }

  #addClaim(raw: RawObject): void {
    const fact = claimFact(raw);
    if (fact.kind === 'claim' && fact.phase !== 'Bound') this.#failing.add(fact.uid);
    this.#keepFact(fact);
  }

  #addWorkload(raw: RawObject): void {
    const fact = workloadFact(raw);
    if (isWorthKeeping(fact)) {
      this.#failing.add(raw.metadata?.uid ?? '');
      this.#keepFact(fact);
    }
    if (raw.kind !== 'ReplicaSet') this.#addConflicts(raw);
  }

  #addConflicts(raw: RawObject): void {
    for (const each of fieldFights(raw)) this.#keepFact(each);
  }

  #addPod(raw: RawObject): void {
    const meta = raw.metadata ?? {};
    const spec = (raw.spec ?? {}) as RawPodSpec;
    for (const each of this.#services.get(meta.namespace ?? 'default') ?? []) each.addPod(meta, spec);
    this.#nodes.get(spec.nodeName ?? '')?.addPod(spec, (raw.status ?? {}) as RawPodStatus);
    this.#registries.addPod(meta, spec);
    for (const each of podHostPorts(meta, spec)) this.#keepFact(each);
    const fact = podFact(raw);
    if (!isFailing(fact)) return;
    this.#failing.add(fact.uid);
    this.#keepFact(fact, MAX_FACTS.pods);
  }

  #addUnhealthy(raw: RawEvent): void {
    const { reason, about, uid, namespace, last } = eventFact(raw);
    if (reason !== 'Unhealthy' || this.#failing.has(uid) || !(Date.parse(last) > Date.now() - UNHEALTHY_MS))
      return;
    if (about.startsWith('Pod ')) this.#unhealthy.set(uid, { namespace, name: about.split('/')[1] ?? '' });
  }

  #addSlice(raw: RawObject): void {
    const name = raw.metadata?.labels?.['kubernetes.io/service-name'];
    const rows = this.#services.get(raw.metadata?.namespace ?? 'default') ?? [];
    rows.find((each) => each.name === name)?.addSlice(raw);
  }

  #addEvent(raw: RawEvent): void {
    this.#events.add(raw);
    this.#addUnhealthy(raw);
    // kubelet's message: couldn't find key PORT in ConfigMap argo/settings
    const missing = /couldn't find key \S{1,253} in (ConfigMap|Secret) (\S{1,253}\/\S{1,253})/.exec(
      raw.message ?? '',
    );
    if (missing) this.#missing.add(`${missing[1]!.toLowerCase()} ${missing[2]}`);
  }
}

/** kubelet repeats the event at every period of the probe. */
const UNHEALTHY_MS = 60_000;

/** Order of reported kinds: what is wrong, then why, then the context. */
const REPORT_ORDER: readonly ClusterKind[] = [
  'workload',
  'pod',
  'image-program',
  'probe-answer',
  'pod-log',
  'usage',
  'claim',
  'service',
  'registry',
  'event',
  'quota',
  'limit-range',
  'host-port',
  'field-fight',
  'keys',
  'wiring',
  'node',
  'storage-class',
  'network-policy',
];
