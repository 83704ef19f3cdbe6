import type { ObservationBuilder } from './observation-builder.ts';
import type { NewPod } from './pods.ts';
import type { ClusterReader } from './reader.ts';

/** Nodes whose figures are asked for; one answer may be some megabytes. */
const MOST_NODES = 3;

/**
 * In how many periods the CPU limits of containers in trouble held them back: from the kubelet's own figures (cAdvisor,
 * container_cpu_cfs_*), through the API server's proxy. Needs the right to nodes/proxy.
 */
export async function readThrottling(
  pods: readonly NewPod[],
  gathering: ObservationBuilder,
  reader: ClusterReader,
): Promise<void> {
  const limited = pods.filter(({ containers }) => containers.some(({ limits }) => limits.cpu !== undefined));
  const nodes = [...new Set(limited.flatMap(({ node }) => node ?? []))].slice(0, MOST_NODES);
  for (const node of nodes) {
    const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/metrics/cadvisor`;
    const text = await reader.attempt('CPU figures of nodes cannot be read', () => reader.get<unknown>(path));
    if (typeof text !== 'string') continue;
    const figures = cpuFigures(text);
    for (const pod of limited.filter((each) => each.node === node)) {
      for (const { name } of pod.containers) {
        const figure = figures.get(`${pod.namespace}/${pod.name}/${name}`);
        if (figure?.periods === undefined || figure.throttled === undefined) continue;
        const { namespace, workload } = pod;
        gathering.add({ kind: 'usage', namespace, name: pod.name, workload, container: name, ...figure });
      }
    }
  }
}

/** By `namespace/pod/container`. The format is that of Prometheus, one sample a line. */
export function cpuFigures(text: string): ReadonlyMap<string, { periods?: number; throttled?: number }> {
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
    const figure = which === undefined ? { periods: Number(value) } : { throttled: Number(value) };
    found.set(key, { ...found.get(key), ...figure });
  }
  return found;
}
