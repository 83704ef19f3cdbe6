import type { Cluster } from '../../model/cluster/cluster.ts';
import { ClusterError } from '../cluster-errors.ts';
import { inspectImages } from './inspect-image.ts';
import type { ObservationBuilder } from './observation-builder.ts';
import { type NewPod, podFact } from './pods.ts';
import { callProbes } from './probe-calls.ts';
import { clip, type RawObject } from './raw.ts';
import type { ClusterReader } from './reader.ts';
import { type PullSecret, pullSecret, registryOf } from './registries.ts';
import { readThrottling } from './throttling.ts';

/** Limits of logs and pull secrets to read; the first failing objects are usually sufficient. */
const MAX_LOGS = 8;
const MAX_SECRETS = 5;

/**
 * Inspects failing objects: last lines of logs, registries of pull secrets, names of keys. `active`: also calls probes
 * and reads CPU metrics; `into`: the cluster whose images may be inspected.
 */
export async function inspectFailing(
  builder: ObservationBuilder,
  reader: ClusterReader,
  { active, into }: { readonly active: boolean; readonly into?: Cluster | undefined },
): Promise<ReadonlyMap<string, PullSecret>> {
  await readUnhealthy(builder, reader);
  const pods = builder.failingPods;
  await Promise.all([
    readLogs(pods, builder, reader),
    readKeys(builder, reader),
    ...(active ? [callProbes(pods, builder, reader), readThrottling(pods, builder, reader)] : []),
    ...(into ? [inspectImages(pods, builder, reader, into)] : []),
  ]);
  return readSecrets(pods, builder, reader);
}

/** Pods that are still ready although events report a failing probe, such as a liveness probe before the first restart. */
async function readUnhealthy(builder: ObservationBuilder, reader: ClusterReader): Promise<void> {
  for (const { namespace, name } of builder.unhealthyPods) {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const pod = await reader.attempt('pods cannot be read', () => reader.get<RawObject>(path));
    if (pod) builder.add(podFact(pod));
  }
}

/** The last lines of containers that ended, from one pod per workload. */
async function readLogs(
  pods: readonly NewPod[],
  builder: ObservationBuilder,
  reader: ClusterReader,
): Promise<void> {
  const seen = new Set<string>();
  const ended = pods.flatMap((pod) =>
    pod.containers
      .filter(({ now, last }) => last !== undefined || now?.state === 'terminated')
      .filter(({ name }) => {
        const key = `${pod.workload} ${name}`;
        return seen.has(key) ? false : seen.add(key);
      })
      .map((container) => ({ pod, container })),
  );
  for (const { pod, container } of ended.slice(0, MAX_LOGS)) {
    const previous = container.now?.state !== 'terminated';
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
    const text = await reader.attempt('logs of pods cannot be read', async () => {
      try {
        const query = { container: container.name, previous, tailLines: 30, limitBytes: 8192 };
        return String(await reader.get<unknown>(path, query));
      } catch (error) {
        // The node has deleted that log, which is not an error.
        if (error instanceof ClusterError && error.kind === 'invalid') return undefined;
        throw error;
      }
    });
    // kubelet returns this message instead of a log that it no longer has.
    if (text === undefined || /^unable to retrieve container logs for \S+\s*$/.test(text)) continue;
    builder.add({
      kind: 'pod-log',
      namespace: pod.namespace,
      name: pod.name,
      workload: pod.workload,
      container: container.name,
      previous,
      bytes: Buffer.byteLength(text),
      lines: text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-20)
        .map((line) => clip(line, 300)),
    });
  }
}

/** Names of keys, if an event reports that one is missing. Values are discarded here. */
async function readKeys(builder: ObservationBuilder, reader: ClusterReader): Promise<void> {
  for (const missing of builder.missingKeys) {
    const [of = '', whole = ''] = missing.split(' ');
    const [namespace = '', name = ''] = whole.split('/');
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${of}s/${encodeURIComponent(name)}`;
    const keys = await reader.attempt(`keys of ${of} ${whole} cannot be read`, async () => {
      const { data, binaryData } = await reader.get<{ data?: object; binaryData?: object }>(path);
      return [...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})].slice(0, 100);
    });
    if (keys !== undefined) builder.add({ kind: 'keys', of, namespace, name, keys });
  }
}

/** Type and registries of the pull secrets of pods whose image cannot be pulled. */
async function readSecrets(
  pods: readonly NewPod[],
  builder: ObservationBuilder,
  reader: ClusterReader,
): Promise<ReadonlyMap<string, PullSecret>> {
  const known = new Map<string, PullSecret>();
  const failing = pods.flatMap(({ workload, containers }) =>
    containers
      .filter(({ now }) => /^(?:ErrImagePull|ImagePullBackOff)$/.test(now?.reason ?? ''))
      .map(({ image }) => `${workload} ${registryOf(image)}`),
  );
  for (const secret of builder.pullSecretsOf(new Set(failing)).slice(0, MAX_SECRETS)) {
    const [namespace = '', name = ''] = secret.split('/');
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
    const found = await reader.attempt('pull secrets cannot be read', async () => {
      try {
        return pullSecret(await reader.get(path));
      } catch (error) {
        if (error instanceof ClusterError && error.kind === 'not-found') return { exists: false };
        throw error;
      }
    });
    if (found !== undefined) known.set(secret, found);
  }
  return known;
}
