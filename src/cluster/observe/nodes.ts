import { quantity } from '../../base/quantity.ts';
import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { Amounts } from '../../model/cluster/cluster-pods.ts';
import {
  amountsOf,
  clip,
  type RawCondition,
  type RawObject,
  type RawPodSpec,
  type RawPodStatus,
} from './raw.ts';

interface RawNodeSpec {
  readonly unschedulable?: boolean;
  readonly taints?: readonly { key?: string; value?: string; effect?: string }[];
}

interface RawNodeStatus {
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly conditions?: readonly RawCondition[];
}

/** A node, while the pods that are on it go by. */
export class NodeCount {
  readonly #raw: RawObject;
  readonly #taken = new Map<string, number>();
  #pods = 0;

  constructor(raw: RawObject) {
    // Nodes carry lists of images and annotations of their addresses: nothing but this is kept.
    this.#raw = { metadata: { name: raw.metadata?.name ?? '' }, spec: raw.spec, status: statusOf(raw) };
  }

  get name(): string {
    return this.#raw.metadata?.name ?? '';
  }

  /** A pod that has ended gives its room back. */
  takePod(spec: RawPodSpec, { phase }: RawPodStatus): void {
    if (phase === 'Succeeded' || phase === 'Failed') return;
    this.#pods++;
    for (const { resources } of spec.containers ?? []) {
      for (const [name, value] of Object.entries(resources?.requests ?? {})) {
        this.#taken.set(name, (this.#taken.get(name) ?? 0) + (quantity(String(value)) ?? 0));
      }
    }
  }

  /** `podsKnown`: the pods of all namespaces went by. */
  fact(podsKnown: boolean): NewClusterFact {
    const spec = (this.#raw.spec ?? {}) as RawNodeSpec;
    const { allocatable, conditions } = (this.#raw.status ?? {}) as RawNodeStatus;
    const troubles = (conditions ?? []).filter(({ type, status }) =>
      type === 'Ready' ? status !== 'True' : status !== 'False',
    );
    const all = amountsOf(allocatable);
    return {
      kind: 'node',
      name: this.name,
      ready: conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
      troubles: troubles.map(({ type = '', message }) => `${type}: ${clip(message, 200)}`),
      allocatable: all,
      ...(podsKnown && { free: this.#free(all) }),
      unschedulable: spec.unschedulable ?? false,
      taints: (spec.taints ?? []).map(({ key = '', value, effect = '' }) =>
        value === undefined || value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`,
      ),
    };
  }

  #free(all: Amounts): Amounts {
    const rows = ['cpu', 'memory', 'pods'].flatMap((name) => {
      const whole = quantity(all[name] ?? '');
      if (whole === undefined) return [];
      const taken = name === 'pods' ? this.#pods : (this.#taken.get(name) ?? 0);
      const left = Math.max(0, whole - taken);
      return [[name, name === 'cpu' ? `${Math.floor(left * 1000)}m` : String(Math.floor(left))] as const];
    });
    return Object.fromEntries(rows);
  }
}

function statusOf({ status }: RawObject): RawNodeStatus {
  const { allocatable, conditions } = (status ?? {}) as RawNodeStatus;
  return { ...(allocatable && { allocatable }), ...(conditions && { conditions }) };
}
