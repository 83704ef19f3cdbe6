import { randomInt } from 'node:crypto';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { backOff } from '../../observe/back-off.ts';
import { ClusterError } from '../cluster-errors.ts';
import type { ObservationBuilder } from './observation-builder.ts';
import type { NewPod } from './pods.ts';
import type { RawContainerStatus, RawObject } from './raw.ts';
import type { ClusterReader } from './reader.ts';

/** How many pods are inspected, and the time limit per inspection in milliseconds. */
const MAX_INSPECTIONS = 2;
const INSPECTION_MS = 20_000;

/**
 * Inspects the image of crashed containers with an ephemeral container of the same image: whether the program that it
 * starts exists, and the interpreter that its first line names. Unlike all other observations, this adds something to
 * the pod, which stays until the pod is deleted. It is therefore for throw-away boxes, or explicit permission.
 */
export async function inspectImages(
  pods: readonly NewPod[],
  builder: ObservationBuilder,
  reader: ClusterReader,
  cluster: Cluster,
): Promise<void> {
  const seen = new Set<string>();
  const dead = pods
    .filter(({ phase }) => phase === 'Running' || phase === 'Pending')
    .flatMap((pod) => pod.containers.map((container) => ({ pod, container })))
    .filter(({ pod, container: { name, last, program } }) => {
      const key = `${pod.workload} ${name}`;
      if (last === undefined || program === undefined || seen.has(key)) return false;
      return seen.add(key);
    });
  // Explains why no image was inspected although this was requested.
  if (dead.length === 0) {
    const hasEnded = pods.some(({ containers }) => containers.some(({ last }) => last !== undefined));
    reader.unavailable.push(
      `images were not inspected: ${hasEnded ? 'the containers that ended do not set a command' : 'no container has ended'}`,
    );
  }
  for (const { pod, container } of dead.slice(0, MAX_INSPECTIONS)) {
    const { image, name, program = '' } = container;
    const answer = await reader.attempt('images cannot be inspected', () =>
      inspect(cluster, pod, image, program),
    );
    if (answer === undefined) continue;
    const { namespace, workload } = pod;
    builder.add({
      kind: 'image-program',
      namespace,
      name: pod.name,
      workload,
      container: name,
      image,
      ...answer,
    });
  }
}

/** The result of one inspection. */
interface Inspected {
  readonly program: string;
  readonly exists: boolean;
  readonly interpreter?: string;
  readonly interpreterExists?: boolean;
}

/**
 * `$1` is the program. Uses only POSIX builtins, because the image may contain nothing else. The first line is read as
 * bytes; that of a binary is not reported.
 */
export const SCRIPT = [
  'p=$(command -v "$1") || p=$1',
  'if [ -e "$p" ]; then echo "exists yes"; else echo "exists no"; exit 0; fi',
  'IFS= read -r line < "$p" 2>/dev/null',
  'case $line in "#!"*) i=${line#"#!"}; i=${i# }; i=${i%% *}; echo "interpreter $i"; if [ -e "$i" ]; then echo "found yes"; else echo "found no"; fi;; esac',
].join('\n');

async function inspect(
  cluster: Cluster,
  pod: NewPod,
  image: string,
  program: string,
): Promise<Inspected | undefined> {
  const name = `runbook-look-${randomInt(36 ** 5).toString(36)}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`;
  const ephemeral = {
    name,
    image,
    command: ['/bin/sh', '-c', SCRIPT, 'inspect', program],
    imagePullPolicy: 'IfNotPresent',
  };
  await cluster.client.request({
    method: 'PATCH',
    path: `${path}/ephemeralcontainers`,
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { ephemeralContainers: [ephemeral] } },
  });
  const ended = await endOf(cluster, path, name);
  // Without a shell, the inspection cannot start either, which is a result.
  if (/StartError|RunContainerError|CreateContainerError/.test(ended?.reason ?? '')) {
    return { program: '/bin/sh', exists: false };
  }
  if (ended === undefined) return undefined;
  const { body } = await cluster.client.request<unknown>({ path: `${path}/log`, query: { container: name } });
  return inspected(program, String(body));
}

/** How it ended; undefined if it did not end in time. */
async function endOf(
  cluster: Cluster,
  path: string,
  name: string,
): Promise<{ readonly reason: string } | undefined> {
  const deadline = Date.now() + INSPECTION_MS;
  for (let attempt = 0; Date.now() < deadline; attempt += 1) {
    const { body } = await cluster.client.request<RawObject>({ path });
    const { ephemeralContainerStatuses = [] } = (body.status ?? {}) as {
      ephemeralContainerStatuses?: readonly RawContainerStatus[];
    };
    const state = ephemeralContainerStatuses.find((each) => each.name === name)?.state;
    if (state?.terminated !== undefined) return { reason: state.terminated.reason ?? '' };
    const waiting = state?.waiting?.reason ?? '';
    if (/Error$|BackOff$/.test(waiting)) return { reason: waiting };
    await backOff({ attempt, deadline, firstMs: 200, longestMs: 2_000 });
  }
  throw new ClusterError(
    'busy',
    `The inspection container ${name} did not finish within ${INSPECTION_MS / 1000} s.`,
  );
}

/** Parses the script's output; undefined for any other output. */
export function inspected(program: string, text: string): Inspected | undefined {
  const fieldOf = (word: string): string | undefined =>
    new RegExp(`^${word} (.{1,300})$`, 'm').exec(text)?.[1];
  const exists = fieldOf('exists');
  if (exists === undefined) return undefined;
  const interpreter = fieldOf('interpreter');
  return {
    program,
    exists: exists === 'yes',
    ...(interpreter !== undefined && { interpreter, interpreterExists: fieldOf('found') === 'yes' }),
  };
}
