import { quantity } from '../base/quantity.ts';
import type { ClusterFact, ClusterFactOf } from '../model/cluster/cluster-facts.ts';
import type { Demand, Layer, QuotaAmounts } from './demand.ts';

/**
 * The limits around a workload of a namespace, innermost first: limit ranges of containers, quotas, quotas of the host
 * cluster that have rejected requests, and the largest node. `own` is what the workload uses now, which it releases.
 * Pure.
 */
export function clusterLayers(facts: readonly ClusterFact[], namespace: string, own?: Demand): Layer[] {
  const inside = facts.filter((each) => 'namespace' in each && each.namespace === namespace);
  return [
    ...inside.flatMap((each) =>
      each.kind === 'limit-range' && each.type === 'Container' ? [rangeLayer(each)] : [],
    ),
    ...inside.flatMap((each) => (each.kind === 'quota' ? [quotaLayer(each, own)] : [])),
    ...outerLayers(inside),
    ...nodeLayer(facts.filter((each) => each.kind === 'node')),
  ];
}

function rangeLayer(range: ClusterFactOf<'limit-range'>): Layer {
  const { namespace, name, default: defaultLimits, defaultRequest, min, max, maxRatio } = range;
  const layer = `LimitRange ${namespace}/${name}`;
  return { kind: 'limit-range', name: layer, default: defaultLimits, defaultRequest, min, max, maxRatio };
}

function quotaLayer({ namespace, name, hard, used }: ClusterFactOf<'quota'>, own: Demand | undefined): Layer {
  const layer = `ResourceQuota ${namespace}/${name}`;
  return { kind: 'sum', name: layer, hard, used: own ? without(used, own) : used };
}

/** What is used by others than the workload. */
function without(used: QuotaAmounts, own: Demand): QuotaAmounts {
  return Object.fromEntries(
    Object.entries(used).map(([resource, value]) => {
      const all = quantity(value);
      const mine = amountOf(resource, own);
      return [resource, all === undefined || mine === undefined ? value : plain(Math.max(0, all - mine))];
    }),
  );
}

function amountOf(resource: string, { containers, replicas }: Demand): number | undefined {
  if (/^(?:count\/)?pods$/.test(resource)) return replicas;
  const [, part = 'requests', what = ''] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(resource) ?? [];
  const each = containers.map((container) => quantity(container[part as 'requests' | 'limits'][what] ?? '0'));
  return each.reduce(
    (sum, amount) => (sum === undefined || amount === undefined ? undefined : sum + amount * replicas),
    0,
  );
}

/** CPUs are counted in thousandths. */
function plain(amount: number): string {
  return String(Math.round(amount * 1000) / 1000);
}

/** Inside a virtual cluster, the host cluster's quota is visible only in its rejections (vcluster, SyncError). */
const REFUSED =
  /syncing to (?:physical|host) cluster: .{0,300}exceeded quota: (?<quota>[\w.-]{1,253}), requested: \S{1,300}, used: (?<used>\S{1,300}), limited: (?<hard>\S{1,300})/i;

function outerLayers(facts: readonly ClusterFact[]): Layer[] {
  const layers = facts.flatMap((each) => {
    const groups =
      each.kind === 'event' && each.reason === 'SyncError' ? REFUSED.exec(each.message)?.groups : undefined;
    if (groups === undefined) return [];
    const name = `ResourceQuota ${groups.quota} of the host cluster`;
    return [
      [name, { kind: 'sum' as const, name, hard: pairs(groups.hard!), used: pairs(groups.used!) }] as const,
    ];
  });
  // Events are sorted newest first, and the newest figures count.
  return [...new Map(layers.toReversed()).values()];
}

/** `limits.cpu=20,limits.memory=40Gi`. */
function pairs(text: string): QuotaAmounts {
  return Object.fromEntries(text.split(',').flatMap((each) => [each.split('=') as [string, string]]));
}

/** The node with the most memory. Allocatable amounts count, because used resources may become free. */
function nodeLayer(nodes: readonly ClusterFactOf<'node'>[]): Layer[] {
  const sized = nodes.filter(({ unschedulable, ready }) => ready && !unschedulable);
  const room = ({ allocatable }: ClusterFactOf<'node'>): number => quantity(allocatable.memory ?? '') ?? 0;
  const largest = [...sized].sort((a, b) => room(b) - room(a))[0];
  if (largest === undefined || sized.length < nodes.length) return [];
  // Another node may have less memory but more CPUs, so the maximum is taken per resource.
  const most = (name: string): string | undefined =>
    sized
      .map(({ allocatable }) => allocatable[name])
      .sort((a, b) => (quantity(b ?? '') ?? 0) - (quantity(a ?? '') ?? 0))[0];
  const free = Object.fromEntries(
    ['cpu', 'memory'].flatMap((name) => (most(name) === undefined ? [] : [[name, most(name)!]])),
  );
  return [{ kind: 'node', name: sized.length === 1 ? `node ${largest.name}` : 'the largest node', free }];
}
