import { asQuantity, quantity } from '../../../base/quantity.ts';
import { ClusterError } from '../../../cluster/cluster-errors.ts';
import { limitRangeFacts, quotaFact } from '../../../cluster/observe/limits.ts';
import { demandsOf, workloadFact } from '../../../cluster/observe/workloads.ts';
import { type Demand, excesses, type Layer } from '../../../guard/demand.ts';
import { makesPods } from '../../../judge/readiness.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import { type KubeObject, showKey } from '../../../model/cluster/kube.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { podSpecOf } from './pod-spec.ts';
import type { WantedOnCluster } from './wanted.ts';

type Sum = Extract<Layer, { kind: 'sum' }>;

/** Workloads that exceed the limit ranges and quotas of their namespaces, each added to what runs already. */
export async function capacityDiagnostics(
  cluster: Cluster,
  wanted: readonly WantedOnCluster[],
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const workloads = wanted.filter(({ placed }) => makesPods(placed.object) || placed.key.kind === 'Pod');
  const namespaces = [...new Set(workloads.map(({ placed }) => placed.key.namespace ?? 'default'))];
  const found = await Promise.all(
    namespaces.map(async (namespace) => {
      const layers = await layersOf(cluster, namespace, signal);
      if (layers.length === 0) return [];
      const own = workloads.filter(({ placed }) => placed.key.namespace === namespace);
      return inNamespace(cluster, own, layers, signal);
    }),
  );
  return found.flat();
}

async function inNamespace(
  cluster: Cluster,
  workloads: readonly WantedOnCluster[],
  layers: readonly Layer[],
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  let current = layers;
  const diagnostics: Diagnostic[] = [];
  for (const { placed, place } of workloads) {
    const { namespace, name } = placed.key;
    const live = await cluster.get(placed.resource, name, {
      ...(namespace !== undefined && { namespace }),
      signal,
    });
    const demand = demandOf(placed.object, showKey(placed.key));
    // What it uses now is released before it uses what it requests.
    const without = live ? changed(current, demandOf(live, ''), -1) : current;
    const over = excesses(demand, without);
    current = changed(without, demand, 1);
    if (over.length === 0) continue;
    const isCertain = over.some(({ known }) => known);
    const figures = over
      .filter(({ known }) => known === isCertain)
      .map(
        (each) =>
          `${each.resource} ${each.requested}${each.used ? `, ${each.used} used` : ''}, ${each.hard} allowed by ${each.layer}`,
      );
    diagnostics.push({
      code: 'no-room',
      severity: isCertain ? 'error' : 'warning',
      message: isCertain
        ? `${demand.object} does not fit: ${figures.join('; ')}.`
        : `It is unknown whether ${demand.object} fits: ${figures.join('; ')}.`,
      remedy:
        'Request less (requests, limits, replicas, maxSurge, or strategy Recreate), or have the quota raised.',
      place,
    });
  }
  return diagnostics;
}

/**
 * The limits of a namespace, innermost first; empty if they cannot be read, because the server then reports violations
 * itself.
 */
async function layersOf(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<Layer[]> {
  const read = async (resource: string): Promise<readonly KubeObject[]> => {
    const found = await cluster.discovery.byName(resource);
    if (!found) return [];
    return cluster.list(found, { namespace, signal }).then(
      ({ items }) => items,
      (error: unknown) => {
        if (error instanceof ClusterError && error.kind !== 'aborted') return [];
        throw error;
      },
    );
  };
  const [ranges, quotas] = await Promise.all([read('limitranges'), read('resourcequotas')]);
  return [
    ...ranges.flatMap(limitRangeFacts).flatMap((fact): Layer[] => {
      if (fact.kind !== 'limit-range' || fact.type !== 'Container') return [];
      const { default: limits, defaultRequest, min, max, maxRatio } = fact;
      return [
        {
          kind: 'limit-range',
          name: `limit range ${fact.name}`,
          default: limits,
          defaultRequest,
          min,
          max,
          maxRatio,
        },
      ];
    }),
    ...quotas
      .map(quotaFact)
      .flatMap((fact): Layer[] =>
        fact.kind === 'quota'
          ? [{ kind: 'sum', name: `quota ${fact.name}`, hard: fact.hard, used: fact.used }]
          : [],
      ),
  ];
}

function demandOf(object: KubeObject, name: string): Demand {
  const fact = workloadFact(object as Parameters<typeof workloadFact>[0]);
  const containers = demandsOf(podSpecOf(object) ?? {});
  return { object: name, replicas: fact.desired, surge: fact.surge ?? '0', containers };
}

/** Adds a workload's usage to the quotas or subtracts it; values that are not quantities are unchanged. */
function changed(layers: readonly Layer[], { containers, replicas }: Demand, sign: 1 | -1): Layer[] {
  return layers.map((layer) => (layer.kind === 'sum' ? { ...layer, used: usedWith(layer) } : layer));

  function usedWith({ hard, used }: Sum): Sum['used'] {
    return Object.fromEntries(
      Object.keys(hard).flatMap((resource) => {
        const before = quantity(used[resource] ?? '0');
        const [, part = 'requests', what = ''] = /^(?:(requests|limits)\.)?(.*)$/.exec(resource) ?? [];
        const each = /^(?:count\/)?pods$/.test(resource)
          ? 1
          : containers.reduce(
              (sum, container) =>
                sum + (quantity(container[part as 'requests' | 'limits'][what] ?? '0') ?? 0),
              0,
            );
        if (before === undefined) return used[resource] === undefined ? [] : [[resource, used[resource]]];
        const amount = Math.max(0, before + sign * each * replicas);
        return [[resource, asQuantity(amount)]];
      }),
    );
  }
}
