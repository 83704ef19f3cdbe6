import type { ClusterFactOf } from '../../../model/cluster/cluster-facts.ts';
import type { Cause } from '../../../model/finding.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { type ContainerRun, containerRuns, containerTitle, factsOf, weightOfRun } from './objects.ts';

type Registry = ClusterFactOf<'registry'>;

const PULLING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]);

/**
 * Why an image pull fails, in the messages of containerd and registries that kubelet passes on. The first match
 * counts.
 */
const CLASSES = {
  rate: /toomanyrequests|429 Too Many Requests|pull rate limit/i,
  certificate: /x509:|certificate signed by unknown authority|tls: failed to verify/i,
  scheme: /server gave HTTP response to HTTPS client/i,
  credentials:
    /\b401\b|\b403\b|unauthorized|authentication required|authorization failed|pull access denied|denied:|access denied|no basic auth|insufficient_scope|failed to fetch (?:oauth|anonymous) token/i,
  missing: /not found|manifest unknown|name unknown|does not exist/i,
  unreachable:
    /dial tcp|no such host|i\/o timeout|connection refused|no route to host|TLS handshake timeout|context deadline exceeded/i,
  name: /invalid reference format|couldn't parse image|InvalidImageName/i,
} as const;

type Class = keyof typeof CLASSES;

interface Pull {
  readonly run: ContainerRun;
  readonly text: string;
  readonly evidence: readonly string[];
  readonly registry: Registry | undefined;
}

/** Pulls that fail for one reason. */
function pulls(context: FailureContext, wanted: Class): Pull[] {
  return containerRuns(context).flatMap((run): Pull[] => {
    if (!PULLING.has(run.waiting?.reason ?? '')) return [];
    const events = run.events.filter(({ message }) => message.includes(run.container.image));
    const texts = [
      ...events.filter(({ type }) => type === 'Warning').map(({ id, message }) => ({ id, text: message })),
      { id: run.pod.id, text: `${run.waiting?.reason}: ${run.waiting?.message ?? ''}` },
    ];
    for (const { id, text } of texts) {
      const found = classOf(text.replaceAll(run.container.image, 'IMAGE'));
      if (found === undefined) continue;
      if (found !== wanted) return [];
      const registry = factsOf(context, 'registry').find(
        (each) => each.workload === run.pod.workload && each.images.includes(run.container.image),
      );
      const evidence = [id, run.pod.id, ...(registry === undefined ? [] : [registry.id])];
      return [{ run, text, registry, evidence }];
    }
    return [];
  });
}

/** Why a registry or the way to it refuses an image, from the words of the program that asked. */
export function classOf(text: string): Class | undefined {
  return (Object.keys(CLASSES) as Class[]).find((each) => CLASSES[each].test(text));
}

function pullRule(
  code: string,
  cause: Cause,
  wanted: Class,
  describe: (pull: Pull, context: FailureContext) => { title: string; remedy: string; subject: string },
): Rule {
  return {
    code,
    cause,
    find: (context) =>
      pulls(context, wanted).map(
        (pull): Match => ({
          ...describe(pull, context),
          evidence: pull.evidence,
          weight: weightOfRun(context, pull.run),
        }),
      ),
  };
}

/** The registry requires a login, and the pull secrets do not provide a valid one. */
export const imageCredentials = pullRule(
  'image-credentials',
  'credentials',
  'credentials',
  ({ run, registry }) => {
    const host = registry?.host ?? 'the registry';
    const { why, remedy } = secretProblem(registry, run.pod.namespace);
    return {
      title: `${host} refuses ${run.container.image} because of missing or wrong credentials: ${why}.`,
      remedy,
      subject: `${host} for ${run.pod.workload}`,
    };
  },
);

/** What is wrong with the pull secrets, judged by names and hosts. Their values are never read. */
function secretProblem(registry: Registry | undefined, namespace: string): { why: string; remedy: string } {
  const make = `Create a secret of type kubernetes.io/dockerconfigjson for that registry in ${namespace} (a registry fence does this), and list it under imagePullSecrets of the pod or its service account.`;
  if (registry === undefined) return { why: 'its pull secrets are not known', remedy: make };
  const { secrets, host } = registry;
  if (secrets.length === 0)
    return { why: 'neither the pod nor its service account refers to a pull secret', remedy: make };
  const names = secrets.map(({ name }) => name).join(', ');
  const absent = secrets.find(({ exists }) => exists === false);
  if (absent !== undefined) {
    return { why: `the pull secret ${absent.name} does not exist in ${namespace}`, remedy: make };
  }
  const wrong = secrets.find(({ type }) => type !== undefined && type !== 'kubernetes.io/dockerconfigjson');
  if (wrong !== undefined) {
    return {
      why: `the pull secret ${wrong.name} has the type ${wrong.type}`,
      remedy: `Create it again with type kubernetes.io/dockerconfigjson.`,
    };
  }
  const known = secrets.flatMap(({ hosts }) => hosts ?? []);
  if (secrets.every(({ hosts }) => hosts !== undefined) && !known.includes(host)) {
    return {
      why: `the pull secret ${names} is for ${known.join(', ') || 'no registry'}, not for ${host}`,
      remedy: `Create it again for ${host}.`,
    };
  }
  return {
    why: `the credentials in the pull secret ${names} are not accepted`,
    remedy:
      'Check the user, the token, its expiry, and its permission to read that repository. Also check that the repository exists: some registries answer the same.',
  };
}

/** The image, tag or digest does not exist. */
export const imageMissing = pullRule('image-missing', 'config', 'missing', ({ run, registry }) => ({
  title: `${run.container.image} does not exist: ${registry?.host ?? 'the registry'} has no such repository, tag or digest (${containerTitle(run)}).`,
  remedy: 'Check the name and the tag. If it is your own image, push it first.',
  subject: run.container.image,
}));

/** The image name is invalid. */
export const imageName = pullRule('image-name-invalid', 'config', 'name', ({ run }) => ({
  title: `${run.container.image} is not a valid image name (${containerTitle(run)}).`,
  remedy:
    'Use lower case and the form host/path:tag or host/path@sha256:…. Check for a variable that is empty.',
  subject: run.container.image,
}));

/** The registry limits the number of pulls. */
export const imageRateLimited = pullRule('image-rate-limited', 'timing', 'rate', ({ registry }) => ({
  title: `${registry?.host ?? 'The registry'} has limited the rate of image pulls.`,
  remedy:
    'Pull with credentials, which raises the limit, or from a mirror. The limit ends after the time that the message says.',
  subject: registry?.host ?? 'registry',
}));

/** Nodes do not trust the registry's certificate. */
export const imageCertificate = pullRule(
  'image-registry-untrusted',
  'config',
  'certificate',
  ({ registry }) => ({
    title: `The nodes do not trust the certificate of ${registry?.host ?? 'the registry'}.`,
    remedy:
      'Install its certificate authority on the nodes (k3s: /etc/rancher/k3s/registries.yaml, containerd: certs.d/HOST/hosts.toml).',
    subject: registry?.host ?? 'registry',
  }),
);

/** A registry without TLS. */
export const imageScheme = pullRule('image-registry-plain', 'config', 'scheme', ({ registry }) => ({
  title: `${registry?.host ?? 'The registry'} serves plain HTTP, but the nodes use HTTPS.`,
  remedy:
    'Give the registry a certificate, or configure containerd for plain HTTP (registries.yaml: endpoint http://…).',
  subject: registry?.host ?? 'registry',
}));

/** Nodes cannot reach the registry. */
export const imageUnreachable = pullRule(
  'image-registry-unreachable',
  'network',
  'unreachable',
  ({ registry, text }) => ({
    title: `The node cannot reach ${registry?.host ?? 'the registry'}: ${/(?:dial tcp|lookup|TLS handshake)[^"]{0,160}/.exec(text)?.[0] ?? 'no answer'}.`,
    remedy:
      'Try it from the node itself (curl -I https://HOST/v2/). Check its DNS server, its proxy and its firewall.',
    subject: registry?.host ?? 'registry',
  }),
);
