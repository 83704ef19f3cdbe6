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

/** Containers whose log is read, and secrets whose registries are looked up; the first in trouble say enough. */
const MOST_LOGS = 8;
const MOST_SECRETS = 5;

/**
 * Looks closer at what is in trouble: last lines of logs, registries of pull secrets, names of keys. `active`: probes are
 * called and CPU figures read; `into`: the cluster in which images may be looked into.
 */
export async function inspectFailing(
  gathering: ObservationBuilder,
  reader: ClusterReader,
  { active, into }: { readonly active: boolean; readonly into?: Cluster | undefined },
): Promise<ReadonlyMap<string, PullSecret>> {
  await readUnhealthy(gathering, reader);
  const pods = gathering.troubledPods;
  await Promise.all([
    readLogs(pods, gathering, reader),
    readKeys(gathering, reader),
    ...(active ? [callProbes(pods, gathering, reader), readThrottling(pods, gathering, reader)] : []),
    ...(into ? [inspectImages(pods, gathering, reader, into)] : []),
  ]);
  return readSecrets(pods, gathering, reader);
}

/** Pods that are still ready, while events say that a probe of theirs fails: a liveness probe does so until the first restart. */
async function readUnhealthy(gathering: ObservationBuilder, reader: ClusterReader): Promise<void> {
  for (const { namespace, name } of gathering.unhealthyPods) {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
    const pod = await reader.attempt('pods cannot be read', () => reader.get<RawObject>(path));
    if (pod) gathering.add(podFact(pod));
  }
}

/** The last words of containers that ended, of one pod for each workload. */
async function readLogs(
  pods: readonly NewPod[],
  gathering: ObservationBuilder,
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
  for (const { pod, container } of ended.slice(0, MOST_LOGS)) {
    const previous = container.now?.state !== 'terminated';
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
    const text = await reader.attempt('logs of pods cannot be read', async () => {
      try {
        const query = { container: container.name, previous, tailLines: 30, limitBytes: 8192 };
        return String(await reader.get<unknown>(path, query));
      } catch (error) {
        // The node has let that run's log go: nothing is known of it, and that is no refusal.
        if (error instanceof ClusterError && error.kind === 'invalid') return undefined;
        throw error;
      }
    });
    // kubelet puts its own words in the place of a log that it no longer has.
    if (text === undefined || /^unable to retrieve container logs for \S+\s*$/.test(text)) continue;
    gathering.add({
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

/** Names of keys, where an event says that one is missing. Values are let go here. */
async function readKeys(gathering: ObservationBuilder, reader: ClusterReader): Promise<void> {
  for (const missed of gathering.missedKeys) {
    const [of = '', whole = ''] = missed.split(' ');
    const [namespace = '', name = ''] = whole.split('/');
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${of}s/${encodeURIComponent(name)}`;
    const keys = await reader.attempt(`keys of ${of} ${whole} cannot be read`, async () => {
      const { data, binaryData } = await reader.get<{ data?: object; binaryData?: object }>(path);
      return [...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})].slice(0, 100);
    });
    if (keys !== undefined) gathering.add({ kind: 'keys', of, namespace, name, keys });
  }
}

/** Type and registries of the pull secrets of pods whose image is not pulled. */
async function readSecrets(
  pods: readonly NewPod[],
  gathering: ObservationBuilder,
  reader: ClusterReader,
): Promise<ReadonlyMap<string, PullSecret>> {
  const known = new Map<string, PullSecret>();
  const failing = pods.flatMap(({ workload, containers }) =>
    containers
      .filter(({ now }) => /^(?:ErrImagePull|ImagePullBackOff)$/.test(now?.reason ?? ''))
      .map(({ image }) => `${workload} ${registryOf(image)}`),
  );
  for (const secret of gathering.pullSecretsOf(new Set(failing)).slice(0, MOST_SECRETS)) {
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
