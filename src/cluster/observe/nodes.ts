import { quantity } from '../../base/quantity.ts';
import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import type { ContainerAmounts } from '../../model/cluster/cluster-pods.ts';
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

/** Accumulates a node and the requests of its pods. */
export class NodeBuilder {
  readonly #raw: RawObject;
  readonly #requested = new Map<string, number>();
  #pods = 0;

  constructor(raw: RawObject) {
    // Nodes carry lists of images and annotations of their addresses; only these fields are kept.
    this.#raw = { metadata: { name: raw.metadata?.name ?? '' }, spec: raw.spec, status: statusOf(raw) };
  }

  get name(): string {
    return this.#raw.metadata?.name ?? '';
  }

  /** A pod that has ended uses no resources. */
  addPod(spec: RawPodSpec, { phase }: RawPodStatus): void {
    if (phase === 'Succeeded' || phase === 'Failed') return;
    this.#pods++;
    for (const { resources } of spec.containers ?? []) {
      for (const [name, value] of Object.entries(resources?.requests ?? {})) {
        this.#requested.set(name, (this.#requested.get(name) ?? 0) + (quantity(String(value)) ?? 0));
      }
    }
  }

  /** `podsKnown`: the pods of all namespaces were added. */
  fact(podsKnown: boolean): NewClusterFact {
    const spec = (this.#raw.spec ?? {}) as RawNodeSpec;
    const { allocatable, conditions } = (this.#raw.status ?? {}) as RawNodeStatus;
    const problems = (conditions ?? []).filter(({ type, status }) =>
      type === 'Ready' ? status !== 'True' : status !== 'False',
    );
    const all = amountsOf(allocatable);
    return {
      kind: 'node',
      name: this.name,
      ready: conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
      troubles: problems.map(({ type = '', message }) => `${type}: ${clip(message, 200)}`),
      allocatable: all,
      ...(podsKnown && { free: this.#free(all) }),
      unschedulable: spec.unschedulable ?? false,
      taints: (spec.taints ?? []).map(({ key = '', value, effect = '' }) =>
        value === undefined || value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`,
      ),
    };
  }

  #free(all: ContainerAmounts): ContainerAmounts {
    const rows = ['cpu', 'memory', 'pods'].flatMap((name) => {
      const whole = quantity(all[name] ?? '');
      if (whole === undefined) return [];
      const requested = name === 'pods' ? this.#pods : (this.#requested.get(name) ?? 0);
      const left = Math.max(0, whole - requested);
      return [[name, name === 'cpu' ? `${Math.floor(left * 1000)}m` : String(Math.floor(left))] as const];
    });
    return Object.fromEntries(rows);
  }
}

function statusOf({ status }: RawObject): RawNodeStatus {
  const { allocatable, conditions } = (status ?? {}) as RawNodeStatus;
  return { ...(allocatable && { allocatable }), ...(conditions && { conditions }) };
}
