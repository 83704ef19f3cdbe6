import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { RawMeta, RawObject, RawPodSpec } from './raw.ts';

type NewService = Extract<NewClusterFact, { kind: 'service' }>;

interface RawServiceSpec {
  readonly type?: string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { port?: number; targetPort?: string | number; nodePort?: number }[];
}

interface RawSlice extends RawObject {
  readonly endpoints?: readonly { addresses?: readonly string[]; conditions?: { ready?: boolean } }[];
}

/** Accumulates a service and its pods and endpoint slices. */
export class ServiceBuilder {
  readonly #meta: RawMeta;
  readonly #spec: RawServiceSpec;
  readonly #selector: readonly (readonly [string, string])[];
  readonly #portNames = new Set<string>();
  readonly #portNumbers = new Set<string>();
  #matches = 0;
  #ready = 0;
  #notReady = 0;

  constructor(raw: RawObject) {
    this.#meta = raw.metadata ?? {};
    this.#spec = (raw.spec ?? {}) as RawServiceSpec;
    this.#selector = Object.entries(this.#spec.selector ?? {});
  }

  get namespace(): string {
    return this.#meta.namespace ?? 'default';
  }

  get name(): string {
    return this.#meta.name ?? '';
  }

  addPod(meta: RawMeta, spec: RawPodSpec): void {
    if (
      this.#selector.length === 0 ||
      !this.#selector.every(([key, value]) => meta.labels?.[key] === value)
    ) {
      return;
    }
    this.#matches++;
    for (const { ports } of spec.containers ?? []) {
      for (const { name, containerPort } of ports ?? []) {
        if (name !== undefined) this.#portNames.add(name);
        if (containerPort !== undefined) this.#portNumbers.add(String(containerPort));
      }
    }
  }

  addSlice(raw: RawObject): void {
    for (const { addresses, conditions } of (raw as RawSlice).endpoints ?? []) {
      // No condition means ready (discovery/v1 EndpointConditions).
      if (conditions?.ready === false) this.#notReady += addresses?.length ?? 0;
      else this.#ready += addresses?.length ?? 0;
    }
  }

  /** `podsKnown`: all pods of its namespace were added. */
  fact(podsKnown: boolean): NewService {
    const ports = (this.#spec.ports ?? []).map(({ port = 0, targetPort, nodePort }) => ({
      port,
      target: String(targetPort ?? port),
      ...(nodePort !== undefined && { nodePort }),
    }));
    const isNamed = ({ target }: { target: string }): boolean => !/^\d+$/.test(target);
    const unknown = ports.filter((each) => isNamed(each) && !this.#portNames.has(each.target));
    const undeclared = ports.filter((each) => !isNamed(each) && !this.#portNumbers.has(each.target));
    return {
      kind: 'service',
      namespace: this.namespace,
      name: this.name,
      type: this.#spec.type ?? 'ClusterIP',
      ports,
      selector: this.#selector.map(([key, value]) => `${key}=${value}`).join(','),
      ready: this.#ready,
      notReady: this.#notReady,
      ...(podsKnown && { matches: this.#matches }),
      unknownPorts: podsKnown && this.#matches > 0 ? unknown.map(({ target }) => target) : [],
      // Without any port in the manifest nothing is known: the list is for people, and may be left out.
      ...(this.#portNumbers.size > 0 &&
        undeclared.length > 0 && {
          undeclaredPorts: undeclared.map(({ target }) => target),
          podPorts: [...this.#portNumbers],
        }),
    };
  }
}
