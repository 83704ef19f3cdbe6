import { quantity } from '../base/quantity.ts';
import { showSize } from './form/measure.ts';

/**
 * Quantities by resource, with the names that quotas use: `limits.memory`, `requests.cpu`, `pods`,
 * `services.nodeports`.
 */
export type QuotaAmounts = Readonly<Record<string, string>>;

/** What a workload requests: its pods, and the requests and limits of each container. */
export interface Demand {
  /** `deployment/argo-server`. */
  readonly object: string;
  readonly replicas: number;
  /** Additional pods during a rollout: `maxSurge`, a number or a percentage (rounded up); 0 for Recreate. */
  readonly surge: string;
  readonly containers: readonly {
    readonly name: string;
    readonly requests: QuotaAmounts;
    readonly limits: QuotaAmounts;
  }[];
}

/** One limit around a workload. */
export type Layer =
  /** Defaults and bounds for each container. */
  | {
      readonly kind: 'limit-range';
      readonly name: string;
      readonly default: QuotaAmounts;
      readonly defaultRequest: QuotaAmounts;
      readonly min: QuotaAmounts;
      readonly max: QuotaAmounts;
      /** The maximum of limit ÷ request. */
      readonly maxRatio: QuotaAmounts;
    }
  /** A sum over a namespace, a nested cluster or a node group. `used` excludes the workload itself. */
  | { readonly kind: 'sum'; readonly name: string; readonly hard: QuotaAmounts; readonly used: QuotaAmounts }
  /** The largest node: one pod must fit on it. */
  | { readonly kind: 'node'; readonly name: string; readonly free: QuotaAmounts };

/** A workload and the limits around it. */
export interface DemandUnderLimits {
  readonly demand: Demand;
  /** Innermost first. */
  readonly layers: readonly Layer[];
}

/** One amount that exceeds a limit, or cannot be compared. */
export interface Excess {
  readonly layer: string;
  readonly resource: string;
  readonly requested: string;
  readonly used?: string;
  readonly hard: string;
  readonly known: boolean;
}

/** Everything that exceeds a limit, by layer, innermost first. */
export function excesses(demand: Demand, layers: readonly Layer[]): readonly Excess[] {
  const found: Excess[] = [];
  let current = demand;
  for (const layer of layers) {
    if (layer.kind === 'limit-range') current = withDefaults(current, layer);
    found.push(...excessesOf(current, layer));
  }
  return found;
}

function excessesOf(demand: Demand, layer: Layer): readonly Excess[] {
  switch (layer.kind) {
    case 'limit-range':
      return demand.containers.flatMap((each) => outOfRange(each, layer));
    case 'sum':
      return overSum(demand, layer);
    case 'node':
      return overNode(demand, layer);
  }
}

type Container = Demand['containers'][number];
type Range = Extract<Layer, { kind: 'limit-range' }>;

/**
 * Fills in missing values as Kubernetes does: a limit from the default, else the maximum; a request from the default
 * request, else the limit (core/v1 defaults of LimitRangeItem; LimitRanger).
 */
function withDefaults(demand: Demand, range: Range): Demand {
  return {
    ...demand,
    containers: demand.containers.map(({ name, requests, limits }) => {
      const allLimits = { ...range.max, ...range.default, ...limits };
      return {
        name,
        limits: allLimits,
        requests: { ...allLimits, ...range.defaultRequest, ...limits, ...requests },
      };
    }),
  };
}

function outOfRange(container: Container, range: Range): Excess[] {
  const layer = `${range.name} (container ${container.name})`;
  const over = Object.entries(range.max).flatMap(([resource, hard]) => {
    const limit = container.limits[resource];
    if (limit === undefined)
      return [{ layer, resource: `limit of ${resource}`, requested: 'none', hard, known: true }];
    return exceeds(limit, hard, (value, bound) => value > bound).map((known) => ({
      layer,
      resource,
      requested: limit,
      hard,
      known,
    }));
  });
  const under = Object.entries(range.min).flatMap(([resource, hard]) => {
    const request = container.requests[resource] ?? '0';
    return exceeds(request, hard, (value, bound) => value < bound).map((known) => ({
      ...{ layer, resource: `minimum ${resource}`, requested: request, hard, known },
    }));
  });
  return [...over, ...under, ...overRatio(container, range, layer)];
}

function overRatio({ requests, limits }: Container, range: Range, layer: string): Excess[] {
  return Object.entries(range.maxRatio).flatMap(([resource, hard]) => {
    const [limit, request] = [limits[resource], requests[resource]].map((each) => each && quantity(each));
    const bound = quantity(hard);
    if (!limit || !request || bound === undefined || limit / request <= bound) return [];
    return [
      {
        layer,
        resource: `limit ÷ request of ${resource}`,
        requested: String(limit / request),
        hard,
        known: true,
      },
    ];
  });
}

/** The maximum number of pods during a rollout. */
function podsAtMost({ replicas, surge }: Demand): number {
  const percent = /^(\d+)%$/.exec(surge)?.[1];
  return replicas + (percent === undefined ? Number(surge) : Math.ceil((replicas * Number(percent)) / 100));
}

function overSum(demand: Demand, { name, hard, used }: Extract<Layer, { kind: 'sum' }>): readonly Excess[] {
  const pods = podsAtMost(demand);
  return Object.entries(hard).flatMap(([resource, bound]) => {
    const figures = {
      layer: name,
      resource,
      hard: bound,
      ...(used[resource] !== undefined && { used: used[resource] }),
    };
    if (/^(?:count\/)?pods$/.test(resource)) return over(figures, pods);
    const [, part = 'requests', what] =
      /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
    if (what === undefined) return [];
    const amounts = demand.containers.map((each) => each[part as 'requests' | 'limits'][what]);
    // A quota on a resource rejects every pod that does not declare it (Kubernetes, Resource Quotas).
    if (amounts.includes(undefined)) return [{ ...figures, requested: 'not declared', known: true }];
    return over(figures, sumOf(amounts, pods));
  });
}

/** One pod must fit on one node. What is not requested needs no room. */
function overNode(demand: Demand, { name, free }: Extract<Layer, { kind: 'node' }>): readonly Excess[] {
  return Object.entries(free).flatMap(([resource, hard]) => {
    const amounts = demand.containers.map((each) => each.requests[resource] ?? '0');
    return over({ layer: name, resource, hard }, sumOf(amounts, 1));
  });
}

/** Undefined: one of them is not a quantity. */
function sumOf(amounts: readonly (string | undefined)[], pods: number): number | undefined {
  const each = amounts.map((amount) => quantity(amount ?? ''));
  return each.reduce(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value * pods),
    0,
  );
}

type Figures = Pick<Excess, 'layer' | 'resource' | 'hard' | 'used'>;

function over(figures: Figures, amount: number | undefined): readonly Excess[] {
  const [most, taken] = [quantity(figures.hard), quantity(figures.used ?? '0')];
  if (amount === undefined) return [{ ...figures, requested: 'not a quantity', known: false }];
  const requested = show(figures.resource, amount);
  if (most === undefined || taken === undefined) return [{ ...figures, requested, known: false }];
  return taken + amount > most ? [{ ...figures, requested, known: true }] : [];
}

function exceeds(
  value: string,
  bound: string,
  test: (value: number, bound: number) => boolean,
): readonly boolean[] {
  const [a, b] = [quantity(value), quantity(bound)];
  if (a === undefined || b === undefined) return [false];
  return test(a, b) ? [true] : [];
}

function show(resource: string, amount: number): string {
  if (/cpu/.test(resource)) return showSize('cpu', amount);
  return /memory|storage/.test(resource) ? showSize('memory', amount) : String(amount);
}
