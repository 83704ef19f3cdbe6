import type { ClusterFactOf } from '../../../model/cluster/cluster-facts.ts';
import type { Cause } from '../../../model/finding.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { factsOf, type Run, runs, weightOfRun, who } from './objects.ts';

type Registry = ClusterFactOf<'registry'>;

const PULLING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]);

/** Why an image is not pulled, in what kubelet passes on of containerd and the registry. The first that matches is meant. */
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
  readonly run: Run;
  readonly text: string;
  readonly evidence: readonly string[];
  readonly registry: Registry | undefined;
}

/** Pulls that fail for one reason. */
function pulls(scene: FailureContext, wanted: Class): Pull[] {
  return runs(scene).flatMap((run): Pull[] => {
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
      const registry = factsOf(scene, 'registry').find(
        (each) => each.workload === run.pod.workload && each.images.includes(run.container.image),
      );
      const evidence = [id, run.pod.id, ...(registry === undefined ? [] : [registry.id])];
      return [{ run, text, registry, evidence }];
    }
    return [];
  });
}

function classOf(text: string): Class | undefined {
  return (Object.keys(CLASSES) as Class[]).find((each) => CLASSES[each].test(text));
}

function pullRule(
  code: string,
  cause: Cause,
  wanted: Class,
  tell: (pull: Pull, scene: FailureContext) => { title: string; remedy: string; subject: string },
): Rule {
  return {
    code,
    cause,
    find: (scene) =>
      pulls(scene, wanted).map(
        (pull): Match => ({
          ...tell(pull, scene),
          evidence: pull.evidence,
          weight: weightOfRun(scene, pull.run),
        }),
      ),
  };
}

/** The registry wants a login, and the pull secrets do not give the right one. */
export const imageCredentials = pullRule(
  'image-credentials',
  'credentials',
  'credentials',
  ({ run, registry }) => {
    const host = registry?.host ?? 'the registry';
    const { why, remedy } = secretTrouble(registry, run.pod.namespace);
    return {
      title: `${host} refuses ${run.container.image} for want of credentials: ${why}.`,
      remedy,
      subject: `${host} for ${run.pod.workload}`,
    };
  },
);

/** What is wrong with the pull secrets, by names and hosts; values are never looked at. */
function secretTrouble(registry: Registry | undefined, namespace: string): { why: string; remedy: string } {
  const make = `Make a secret of type kubernetes.io/dockerconfigjson for that registry in ${namespace} (a registry fence does), and name it under imagePullSecrets of the pod or of its service account.`;
  if (registry === undefined) return { why: 'its pull secrets are not known', remedy: make };
  const { secrets, host } = registry;
  if (secrets.length === 0)
    return { why: 'neither the pod nor its service account names a pull secret', remedy: make };
  const names = secrets.map(({ name }) => name).join(', ');
  const absent = secrets.find(({ exists }) => exists === false);
  if (absent !== undefined) {
    return { why: `the pull secret ${absent.name} is not in ${namespace}`, remedy: make };
  }
  const wrong = secrets.find(({ type }) => type !== undefined && type !== 'kubernetes.io/dockerconfigjson');
  if (wrong !== undefined) {
    return {
      why: `the pull secret ${wrong.name} is of type ${wrong.type}`,
      remedy: `Make it anew with type kubernetes.io/dockerconfigjson.`,
    };
  }
  const known = secrets.flatMap(({ hosts }) => hosts ?? []);
  if (secrets.every(({ hosts }) => hosts !== undefined) && !known.includes(host)) {
    return {
      why: `the pull secret ${names} is for ${known.join(', ') || 'no registry'}, not for ${host}`,
      remedy: `Make it anew for ${host}.`,
    };
  }
  return {
    why: `what the pull secret ${names} holds for it is not accepted`,
    remedy:
      'Check the user, the token, its expiry, and its right to read that repository (and that the repository exists: some registries answer the same).',
  };
}

/** There is no such image, tag or digest. */
export const imageMissing = pullRule('image-missing', 'config', 'missing', ({ run, registry }) => ({
  title: `${run.container.image} is not there: ${registry?.host ?? 'the registry'} knows no such repository, tag or digest (${who(run)}).`,
  remedy: 'Check the name and the tag; push it first, if it is your own.',
  subject: run.container.image,
}));

/** The name itself is none. */
export const imageName = pullRule('image-name-invalid', 'config', 'name', ({ run }) => ({
  title: `${run.container.image} is no name of an image (${who(run)}).`,
  remedy: 'Lower case, host/path:tag or host/path@sha256:…; look for a variable that was left empty.',
  subject: run.container.image,
}));

/** The registry counts pulls. */
export const imageRateLimited = pullRule('image-rate-limited', 'timing', 'rate', ({ registry }) => ({
  title: `${registry?.host ?? 'The registry'} limits how often images are pulled.`,
  remedy:
    'Pull with credentials (registries grant more then), or from a mirror; it lifts by itself after the time that it names.',
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
      'Give the nodes its authority (k3s: /etc/rancher/k3s/registries.yaml, containerd: certs.d/HOST/hosts.toml).',
    subject: registry?.host ?? 'registry',
  }),
);

/** A registry without TLS. */
export const imageScheme = pullRule('image-registry-plain', 'config', 'scheme', ({ registry }) => ({
  title: `${registry?.host ?? 'The registry'} speaks plain HTTP, and the nodes ask by HTTPS.`,
  remedy: 'Give it a certificate, or tell containerd that it is plain (registries.yaml: endpoint http://…).',
  subject: registry?.host ?? 'registry',
}));

/** Nodes do not reach the registry. */
export const imageUnreachable = pullRule(
  'image-registry-unreachable',
  'network',
  'unreachable',
  ({ registry, text }) => ({
    title: `The node does not reach ${registry?.host ?? 'the registry'}: ${/(?:dial tcp|lookup|TLS handshake)[^"]{0,160}/.exec(text)?.[0] ?? 'no answer'}.`,
    remedy:
      'Ask for it from the node itself (curl -I https://HOST/v2/): its name server, its proxy, its firewall.',
    subject: registry?.host ?? 'registry',
  }),
);
