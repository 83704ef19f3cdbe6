import type { PodContainer } from '../../model/cluster/cluster-pods.ts';
import { ClusterError } from '../cluster-errors.ts';
import type { ObservationBuilder } from './observation-builder.ts';
import type { NewPod } from './pods.ts';
import type { ClusterReader } from './reader.ts';

type Probe = PodContainer['probes'][number];

/** Number of probes to call, each over both schemes. */
const MAX_CALLS = 10;

/**
 * Calls the HTTP probes of running pods, without credentials and over both schemes, through the API server's proxy,
 * which removes the caller's credentials. A probe that answers 401 here answers 401 to kubelet too.
 */
export async function callProbes(
  pods: readonly NewPod[],
  builder: ObservationBuilder,
  reader: ClusterReader,
): Promise<void> {
  const seen = new Set<string>();
  const rows = pods
    .filter(({ phase }) => phase === 'Running')
    .flatMap((pod) =>
      pod.containers.flatMap((container) =>
        container.probes
          .filter(({ by, port }) => by === 'http' && /^\d{1,5}$/.test(port ?? ''))
          .map((probe) => ({ pod, container, probe })),
      ),
    )
    .filter(({ pod, container, probe }) => {
      const key = `${pod.workload} ${container.name} ${probe.probe}`;
      return seen.has(key) ? false : seen.add(key);
    });
  for (const { pod, container, probe } of rows.slice(0, MAX_CALLS)) {
    for (const scheme of ['http', 'https'] as const) {
      const answer = await reader.attempt('probes of pods cannot be called', () =>
        call(reader, pod, probe, scheme),
      );
      if (answer === undefined) return;
      builder.add({
        kind: 'probe-answer',
        namespace: pod.namespace,
        name: pod.name,
        workload: pod.workload,
        container: container.name,
        probe: probe.probe,
        declared: probe.scheme ?? 'http',
        scheme,
        path: probe.path ?? '/',
        port: probe.port ?? '',
        ...answer,
      });
    }
  }
}

async function call(
  reader: ClusterReader,
  { namespace, name }: NewPod,
  { port = '', path = '/' }: Probe,
  scheme: 'http' | 'https',
): Promise<{ status: number } | { trouble: string }> {
  const pod = encodeURIComponent(`${scheme}:${name}:${port}`);
  const [plain = '/', query = ''] = path.split('?');
  const absolutePath = plain.startsWith('/') ? plain : `/${plain}`;
  const whole = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${pod}/proxy${absolutePath}`;
  try {
    await reader.get(whole, Object.fromEntries(new URLSearchParams(query)));
    return { status: 200 };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return answerOf(error);
  }
}

/**
 * The pod's own answer, or the API server's reason why it is missing (503 "error trying to reach service: …").
 * @throws ClusterError if the API server itself rejects the call
 */
function answerOf(error: ClusterError): { status: number } | { trouble: string } {
  const { status } = error.more;
  const own = /pods\/proxy|error trying to reach service/.exec(error.message)?.[0];
  if (status === undefined || own === 'pods/proxy') throw error;
  if (own === undefined) return { status };
  if (/server gave HTTP response to HTTPS client|does not look like a TLS handshake/.test(error.message)) {
    return { trouble: 'the server speaks plain HTTP' };
  }
  if (/malformed HTTP response|x509|certificate|EOF/.test(error.message))
    return { trouble: 'the server speaks TLS' };
  return { trouble: /refused/.test(error.message) ? 'refused' : 'no answer' };
}
