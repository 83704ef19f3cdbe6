import { randomInt } from 'node:crypto';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { backOff } from '../../observe/back-off.ts';
import { ClusterError } from '../cluster-errors.ts';
import type { ObservationBuilder } from './observation-builder.ts';
import type { NewPod } from './pods.ts';
import type { RawContainerStatus, RawObject } from './raw.ts';
import type { ClusterReader } from './reader.ts';

/** Pods that are looked into, and how long one look may take, milliseconds. */
const MOST_LOOKS = 2;
const LOOK_MS = 20_000;

/**
 * Looks into the image of containers that died, by an ephemeral container of the same image beside them: what is there of
 * the program that it is to start, and of the interpreter that its first line names. Unlike everything else here this adds
 * something to the pod, which stays until the pod is gone; so it is for throw-away boxes and for whoever allows it.
 */
export async function inspectImages(
  pods: readonly NewPod[],
  gathering: ObservationBuilder,
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
  // Where nothing was looked into, the reader of an active look wants to know why.
  if (dead.length === 0) {
    const named = pods.some(({ containers }) => containers.some(({ last }) => last !== undefined));
    reader.unavailable.push(
      `images were not looked into: ${named ? 'the containers that ended name no program of their own (command)' : 'no container has ended'}`,
    );
  }
  for (const { pod, container } of dead.slice(0, MOST_LOOKS)) {
    const { image, name, program = '' } = container;
    const answer = await reader.attempt('images cannot be looked into', () =>
      lookInto(cluster, pod, image, program),
    );
    if (answer === undefined) continue;
    const { namespace, workload } = pod;
    gathering.add({
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

/** What one look told. */
interface Inspected {
  readonly program: string;
  readonly exists: boolean;
  readonly interpreter?: string;
  readonly interpreterExists?: boolean;
}

/**
 * `$1` is the program. Written for the poorest shell: POSIX builtins and nothing else, for the image may hold nothing
 * else. The first line is read as bytes; that of a binary is of no use and is not told.
 */
export const SCRIPT = [
  'p=$(command -v "$1") || p=$1',
  'if [ -e "$p" ]; then echo "exists yes"; else echo "exists no"; exit 0; fi',
  'IFS= read -r line < "$p" 2>/dev/null',
  'case $line in "#!"*) i=${line#"#!"}; i=${i# }; i=${i%% *}; echo "interpreter $i"; if [ -e "$i" ]; then echo "found yes"; else echo "found no"; fi;; esac',
].join('\n');

async function lookInto(
  cluster: Cluster,
  pod: NewPod,
  image: string,
  program: string,
): Promise<Inspected | undefined> {
  const name = `runbook-look-${randomInt(36 ** 5).toString(36)}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`;
  const look = {
    name,
    image,
    command: ['/bin/sh', '-c', SCRIPT, 'look', program],
    imagePullPolicy: 'IfNotPresent',
  };
  await cluster.client.request({
    method: 'PATCH',
    path: `${path}/ephemeralcontainers`,
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { ephemeralContainers: [look] } },
  });
  const ended = await endOf(cluster, path, name);
  // Without a shell the look cannot start either, and that is an answer.
  if (/StartError|RunContainerError|CreateContainerError/.test(ended?.reason ?? '')) {
    return { program: '/bin/sh', exists: false };
  }
  if (ended === undefined) return undefined;
  const { body } = await cluster.client.request<unknown>({ path: `${path}/log`, query: { container: name } });
  return inspected(program, String(body));
}

/** How it ended; undefined: it did not in time. */
async function endOf(
  cluster: Cluster,
  path: string,
  name: string,
): Promise<{ readonly reason: string } | undefined> {
  const deadline = Date.now() + LOOK_MS;
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
  throw new ClusterError('busy', `the look into ${name} did not end within ${LOOK_MS / 1000} s`);
}

/** What the script printed; undefined: it printed something else. */
export function inspected(program: string, text: string): Inspected | undefined {
  const said = (word: string): string | undefined => new RegExp(`^${word} (.{1,300})$`, 'm').exec(text)?.[1];
  const exists = said('exists');
  if (exists === undefined) return undefined;
  const interpreter = said('interpreter');
  return {
    program,
    exists: exists === 'yes',
    ...(interpreter !== undefined && { interpreter, interpreterExists: said('found') === 'yes' }),
  };
}
