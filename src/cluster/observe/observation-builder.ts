import type { ClusterKind, NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { EventSieve, eventFact } from './events.ts';
import { podHostPorts, serviceHostPorts } from './host-ports.ts';
import { limitRangeFacts, networkPolicyFact, quotaFact } from './limits.ts';
import { fieldFights } from './managers.ts';
import { NodeCount } from './nodes.ts';
import { isFailing, podFact } from './pods.ts';
import type { RawEvent, RawObject, RawPodSpec, RawPodStatus } from './raw.ts';
import { type PullSecret, Registries } from './registries.ts';
import { ServiceCount } from './services.ts';
import { claimFact, storageClassFact } from './storage.ts';
import { sensorFact, sourceFact } from './wiring.ts';
import { isWorthKeeping, workloadFact } from './workloads.ts';

/**
 * Kinds in the order in which they must go by: what counts pods before the pods, and pods before the events about them.
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

/** Facts kept of each kind; what is beyond is counted. */
const MOST = { usual: 200, events: 300, pods: 200 } as const;

/** What is complete, so that "none" may be said of it. */
export interface Known {
  /** All pods of the namespaces that were asked for. */
  readonly pods: boolean;
  /** All pods of the whole cluster. */
  readonly allPods: boolean;
}

/**
 * Takes objects one by one, in the reading order, and keeps of them only what an observation tells: so that pages of
 * objects can be let go as soon as they have been read. Holds a bounded number of facts, however many objects there are.
 */
export class ObservationBuilder {
  readonly #facts = new Map<ClusterKind, NewClusterFact[]>();
  readonly #more = new Map<ClusterKind, number>();
  readonly #nodes = new Map<string, NodeCount>();
  readonly #services = new Map<string, ServiceCount[]>();
  readonly #registries = new Registries(MOST.usual);
  readonly #troubled = new Set<string>();
  readonly #events = new EventSieve(MOST.events, (uid) => this.#troubled.has(uid));
  readonly #missed = new Set<string>();
  readonly #unhealthy = new Map<string, { namespace: string; name: string }>();

  /** One row for each kind; what is not here makes pods. */
  readonly #takers: Partial<Record<ReadKind, (raw: RawObject) => void>> = {
    Node: (raw) => void this.#nodes.set(raw.metadata?.name ?? '', new NodeCount(raw)),
    StorageClass: (raw) => this.#keep(storageClassFact(raw)),
    ServiceAccount: (raw) => this.#registries.takeAccount(raw),
    ResourceQuota: (raw) => this.#keep(quotaFact(raw)),
    LimitRange: (raw) => {
      for (const each of limitRangeFacts(raw)) this.#keep(each);
    },
    Service: (raw) => this.#takeService(raw),
    NetworkPolicy: (raw) => this.#keep(networkPolicyFact(raw)),
    PersistentVolumeClaim: (raw) => this.#takeClaim(raw),
    EventSource: (raw) => this.#keep(sourceFact(raw)),
    Sensor: (raw) => this.#keep(sensorFact(raw)),
    Pod: (raw) => this.#takePod(raw),
    EndpointSlice: (raw) => this.#takeSlice(raw),
    Event: (raw) => this.#takeEvent(raw as RawEvent),
  };

  /** Lists leave out the kind of their items; it is the caller's to say. */
  take(kind: ReadKind, raw: RawObject): void {
    const taker = this.#takers[kind];
    if (taker) taker(raw);
    else this.#takeWorkload({ ...raw, kind });
  }

  /** Pods in trouble that are kept, for whoever looks closer. */
  get troubledPods(): readonly Extract<NewClusterFact, { kind: 'pod' }>[] {
    return (this.#facts.get('pod') ?? []) as Extract<NewClusterFact, { kind: 'pod' }>[];
  }

  /** `configmap argo/settings`: objects of which an event says that they miss a key. */
  get missedKeys(): readonly string[] {
    return [...this.#missed].slice(0, 10);
  }

  /** Pods of which events say that a probe fails now, though nothing else is wrong with them. */
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

  /** A fact that another look gave. */
  add(fact: NewClusterFact): void {
    this.#keep(fact);
  }

  /** Everything, the most telling kinds first, and how many facts more there were of each kind. */
  facts(
    known: Known,
    secrets: ReadonlyMap<string, PullSecret> = new Map(),
  ): { readonly facts: readonly NewClusterFact[]; readonly more: ReadonlyMap<ClusterKind, number> } {
    for (const each of this.#nodes.values()) this.#keep(each.fact(known.allPods));
    for (const each of [...this.#services.values()].flat()) this.#keep(each.fact(known.pods));
    for (const each of this.#registries.facts(secrets)) this.#keep(each);
    const events = this.#events.end();
    this.#facts.set('event', [...events.facts]);
    this.#more.set('event', events.more);
    const facts = TELLING_ORDER.flatMap((kind) => this.#facts.get(kind) ?? []);
    return { facts, more: new Map([...this.#more].filter(([, count]) => count > 0)) };
  }

  #keep(fact: NewClusterFact, most: number = MOST.usual): void {
    const rows = this.#facts.get(fact.kind) ?? [];
    if (rows.length < most) this.#facts.set(fact.kind, [...rows, fact]);
    else this.#more.set(fact.kind, (this.#more.get(fact.kind) ?? 0) + 1);
  }

  #takeService(raw: RawObject): void {
    const service = new ServiceCount(raw);
    const rows = this.#services.get(service.namespace) ?? [];
    this.#services.set(service.namespace, [...rows, service]);
    for (const each of serviceHostPorts(raw)) this.#keep(each);
    this.#keepFights({ ...raw, kind: 'Service' });
  }

  #takeClaim(raw: RawObject): void {
    const fact = claimFact(raw);
    if (fact.kind === 'claim' && fact.phase !== 'Bound') this.#troubled.add(fact.uid);
    this.#keep(fact);
  }

  #takeWorkload(raw: RawObject): void {
    const fact = workloadFact(raw);
    if (isWorthKeeping(fact)) {
      this.#troubled.add(raw.metadata?.uid ?? '');
      this.#keep(fact);
    }
    if (raw.kind !== 'ReplicaSet') this.#keepFights(raw);
  }

  #keepFights(raw: RawObject): void {
    for (const each of fieldFights(raw)) this.#keep(each);
  }

  #takePod(raw: RawObject): void {
    const meta = raw.metadata ?? {};
    const spec = (raw.spec ?? {}) as RawPodSpec;
    for (const each of this.#services.get(meta.namespace ?? 'default') ?? []) each.takePod(meta, spec);
    this.#nodes.get(spec.nodeName ?? '')?.takePod(spec, (raw.status ?? {}) as RawPodStatus);
    this.#registries.takePod(meta, spec);
    for (const each of podHostPorts(meta, spec)) this.#keep(each);
    const fact = podFact(raw);
    if (!isFailing(fact)) return;
    this.#troubled.add(fact.uid);
    this.#keep(fact, MOST.pods);
  }

  #noteUnhealthy(raw: RawEvent): void {
    const { reason, about, uid, namespace, last } = eventFact(raw);
    if (reason !== 'Unhealthy' || this.#troubled.has(uid) || !(Date.parse(last) > Date.now() - UNHEALTHY_MS))
      return;
    if (about.startsWith('Pod ')) this.#unhealthy.set(uid, { namespace, name: about.split('/')[1] ?? '' });
  }

  #takeSlice(raw: RawObject): void {
    const name = raw.metadata?.labels?.['kubernetes.io/service-name'];
    const rows = this.#services.get(raw.metadata?.namespace ?? 'default') ?? [];
    rows.find((each) => each.name === name)?.takeSlice(raw);
  }

  #takeEvent(raw: RawEvent): void {
    this.#events.take(raw);
    this.#noteUnhealthy(raw);
    // kubelet's words: couldn't find key PORT in ConfigMap argo/settings
    const missed = /couldn't find key \S{1,253} in (ConfigMap|Secret) (\S{1,253}\/\S{1,253})/.exec(
      raw.message ?? '',
    );
    if (missed) this.#missed.add(`${missed[1]!.toLowerCase()} ${missed[2]}`);
  }
}

/** kubelet repeats an event at every period of the probe. */
const UNHEALTHY_MS = 60_000;

/** The kinds as they are told: what is wrong, then why, then what is around it. */
const TELLING_ORDER: readonly ClusterKind[] = [
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
