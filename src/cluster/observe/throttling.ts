import type { ObservationBuilder } from './observation-builder.ts';
import type { NewPod } from './pods.ts';
import type { ClusterReader } from './reader.ts';

/** Number of nodes to read; one response may have several megabytes. */
const MAX_NODES = 3;

/**
 * Counts the periods in which CPU limits throttled failing containers, from the kubelet's metrics (cAdvisor,
 * container_cpu_cfs_*) through the API server's proxy. Needs permission for nodes/proxy.
 */
export async function readThrottling(
  pods: readonly NewPod[],
  builder: ObservationBuilder,
  reader: ClusterReader,
): Promise<void> {
  const limited = pods.filter(({ containers }) => containers.some(({ limits }) => limits.cpu !== undefined));
  const nodes = [...new Set(limited.flatMap(({ node }) => node ?? []))].slice(0, MAX_NODES);
  for (const node of nodes) {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/metrics/cadvisor`;
    const text = await reader.attempt('CPU metrics of nodes cannot be read', () => reader.get<unknown>(path));
    if (typeof text !== 'string') continue;
    const metrics = cpuMetrics(text);
    for (const pod of limited.filter((each) => each.node === node)) {
      for (const { name } of pod.containers) {
        const metric = metrics.get(`${pod.namespace}/${pod.name}/${name}`);
        if (metric?.periods === undefined || metric.throttled === undefined) continue;
        const { namespace, workload } = pod;
        builder.add({ kind: 'usage', namespace, name: pod.name, workload, container: name, ...metric });
      }
    }
  }
}

/** By `namespace/pod/container`. Prometheus format, one sample per line. */
export function cpuMetrics(text: string): ReadonlyMap<string, { periods?: number; throttled?: number }> {
  const found = new Map<string, { periods?: number; throttled?: number }>();
  for (const line of text.split('\n')) {
    const [, which, labels = '', value] =
      /^container_cpu_cfs_(throttled_)?periods_total\{([^}]{1,2000})\} (\d+(?:\.\d+)?(?:e\+?\d+)?)/.exec(
        line,
      ) ?? [];
    if (value === undefined) continue;
    const label = (name: string): string =>
      new RegExp(`(?:^|,)${name}="([^"]{1,253})"`).exec(labels)?.[1] ?? '';
    const key = `${label('namespace')}/${label('pod')}/${label('container')}`;
    const metric = which === undefined ? { periods: Number(value) } : { throttled: Number(value) };
    found.set(key, { ...found.get(key), ...metric });
  }
  return found;
}
