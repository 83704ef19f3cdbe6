import { quantity } from '../base/quantity.ts';
import type { ClusterFact, ClusterFactOf } from '../model/cluster/cluster-facts.ts';
import type { Amounts, Demand, Layer } from './demand.ts';

/**
 * The limits around a workload of a namespace, innermost first: limit ranges of containers, quotas, what the cluster
 * around a virtual cluster said that it refuses, and the largest node. `own`: what the workload takes now, which it gives
 * back. Pure.
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
  const { namespace, name, default: usual, defaultRequest, min, max, maxRatio } = range;
  const layer = `LimitRange ${namespace}/${name}`;
  return { kind: 'limit-range', name: layer, default: usual, defaultRequest, min, max, maxRatio };
}

function quotaLayer({ namespace, name, hard, used }: ClusterFactOf<'quota'>, own: Demand | undefined): Layer {
  const layer = `ResourceQuota ${namespace}/${name}`;
  return { kind: 'sum', name: layer, hard, used: own ? without(used, own) : used };
}

/** What is used beside the workload itself. */
function without(used: Amounts, own: Demand): Amounts {
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

/** Thousandths are as fine as CPUs are counted. */
function plain(amount: number): string {
  return String(Math.round(amount * 1000) / 1000);
}

/** Seen from inside a virtual cluster the quota around it shows only in what it has refused (vcluster, SyncError). */
const REFUSED =
  /syncing to (?:physical|host) cluster: .{0,300}exceeded quota: (?<quota>[\w.-]{1,253}), requested: \S{1,300}, used: (?<used>\S{1,300}), limited: (?<hard>\S{1,300})/i;

function outerLayers(facts: readonly ClusterFact[]): Layer[] {
  const layers = facts.flatMap((each) => {
    const groups =
      each.kind === 'event' && each.reason === 'SyncError' ? REFUSED.exec(each.message)?.groups : undefined;
    if (groups === undefined) return [];
    const name = `ResourceQuota ${groups.quota} of the cluster around this one`;
    return [
      [name, { kind: 'sum' as const, name, hard: pairs(groups.hard!), used: pairs(groups.used!) }] as const,
    ];
  });
  // Events come the youngest first, and the youngest figures count.
  return [...new Map(layers.toReversed()).values()];
}

/** `limits.cpu=20,limits.memory=40Gi`. */
function pairs(text: string): Amounts {
  return Object.fromEntries(text.split(',').flatMap((each) => [each.split('=') as [string, string]]));
}

/** The node with the most memory; what is taken of it may become free, so that all that pods may use counts. */
function nodeLayer(nodes: readonly ClusterFactOf<'node'>[]): Layer[] {
  const sized = nodes.filter(({ unschedulable, ready }) => ready && !unschedulable);
  const room = ({ allocatable }: ClusterFactOf<'node'>): number => quantity(allocatable.memory ?? '') ?? 0;
  const largest = [...sized].sort((a, b) => room(b) - room(a))[0];
  if (largest === undefined || sized.length < nodes.length) return [];
  // Another node may have fewer bytes and more CPUs: each resource by the node that has most of it.
  const most = (name: string): string | undefined =>
    sized
      .map(({ allocatable }) => allocatable[name])
      .sort((a, b) => (quantity(b ?? '') ?? 0) - (quantity(a ?? '') ?? 0))[0];
  const free = Object.fromEntries(
    ['cpu', 'memory'].flatMap((name) => (most(name) === undefined ? [] : [[name, most(name)!]])),
  );
  return [{ kind: 'node', name: sized.length === 1 ? `node ${largest.name}` : 'the largest node', free }];
}
