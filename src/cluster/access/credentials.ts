import { ClusterError } from '../cluster-errors.ts';
import type { ConfigPlace, KubeContext } from './kubeconfig.ts';

/** How to log in to an API server: TLS settings and headers. */
export interface Credentials {
  readonly tls: {
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
    readonly rejectUnauthorized: boolean;
    readonly servername?: string;
  };
  readonly headers: Readonly<Record<string, string>>;
}

/** What resolving credentials may do. */
export interface CredentialPlace extends ConfigPlace {
  /**
   * Whether a program that this kubeconfig names (an exec plugin) may run on this machine. False if the file could
   * belong to the document or is on another machine, because reading a document must not run its code.
   */
  mayRunPlugins(path: string): boolean;
}

/**
 * Resolves the credentials of a context. Certificates, tokens and files are read here; exec plugins and OpenID Connect
 * use `@kubernetes/client-node`, which is loaded only for them.
 * @throws ClusterError no-config
 */
export async function credentialsOf(context: KubeContext, place: CredentialPlace): Promise<Credentials> {
  const { cluster, user } = context;
  const [ca, cert, key] = await Promise.all([
    dataOrFile(place, cluster['certificate-authority-data'], cluster['certificate-authority']),
    dataOrFile(place, user['client-certificate-data'], user['client-certificate']),
    dataOrFile(place, user['client-key-data'], user['client-key']),
  ]);
  const servername = cluster['tls-server-name'];
  const own: Credentials = {
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
      ...(servername !== undefined && { servername }),
    },
    headers: {
      ...(await authorization(context, place)),
      ...(user.as ? { 'impersonate-user': user.as } : {}),
    },
  };
  return user.exec || user['auth-provider'] ? withPlugin(context, place, own) : own;
}

async function dataOrFile(
  place: ConfigPlace,
  data: string | undefined,
  path: string | undefined,
): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, 'base64');
  return path ? fileOf(place, path) : undefined;
}

async function fileOf(place: ConfigPlace, path: string): Promise<Buffer> {
  const content = await place.read(path).catch((cause: Error) => cause);
  if (Buffer.isBuffer(content)) return content;
  const why = content ? content.message : 'the file does not exist';
  throw new ClusterError('no-config', `The kubeconfig refers to ${path}, which cannot be read: ${why}.`);
}

async function authorization({ user }: KubeContext, place: ConfigPlace): Promise<Record<string, string>> {
  const token = user.tokenFile ? (await fileOf(place, user.tokenFile)).toString('utf8').trim() : user.token;
  if (token) return { authorization: `Bearer ${token}` };
  if (user.username === undefined) return {};
  const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
  return { authorization: `Basic ${basic}` };
}

async function withPlugin(
  context: KubeContext,
  place: CredentialPlace,
  own: Credentials,
): Promise<Credentials> {
  const { user, context: name } = context;
  const program = user.exec?.command ?? user['auth-provider']?.name;
  if (user.exec && !place.mayRunPlugins(context.path)) {
    throw new ClusterError(
      'no-config',
      `Context "${name}" logs in by running "${program}". runbook does not run programs named by a kubeconfig in the document's folder or on another box.`,
      { remedy: 'Use ~/.kube/config, your own KUBECONFIG, or a kubeconfig with a token.' },
    );
  }
  const options: { headers: Record<string, string>; cert?: string; key?: string } = { headers: {} };
  try {
    await applyPlugin(context, options);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ClusterError(
      'unauthorized',
      `The login program "${program}" of context "${name}" failed: ${whyOf(cause as Error)}`,
      {
        // Node's error quotes the text that it could not parse, which may contain part of a token.
        ...(!(cause instanceof SyntaxError) && { cause }),
        remedy: isMissing
          ? 'Install it, or add it to the PATH of this shell.'
          : `Log in again by hand, then try: kubectl --context ${name} get --raw /version`,
      },
    );
  }
  const token = options.headers.Authorization;
  return {
    tls: {
      ...own.tls,
      ...(options.cert && { cert: Buffer.from(options.cert) }),
      ...(options.key && { key: Buffer.from(options.key) }),
    },
    headers: { ...own.headers, ...(token ? { authorization: token } : {}) },
  };
}

function whyOf(cause: NodeJS.ErrnoException): string {
  if (cause.code === 'ENOENT') return 'it is not installed';
  if (cause instanceof SyntaxError) return 'its output is not an ExecCredential';
  return cause.message.trim().split('\n').slice(-1)[0]!.slice(0, 300);
}

/** Deep imports: the package's index loads 340 ms of unused models. */
async function applyPlugin(
  { user, userName, server }: KubeContext,
  options: { headers: Record<string, string>; cert?: string; key?: string },
): Promise<void> {
  if (user.exec) {
    const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
    // client-go passes this to a plugin; version 1.4.0 of the library does not.
    const info = {
      apiVersion: (user.exec as { apiVersion?: string }).apiVersion ?? 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server } },
    };
    const env = [
      ...((user.exec as { env?: { name: string; value: string }[] }).env ?? []),
      { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) },
    ];
    await new ExecAuth().applyAuthentication({ name: userName, exec: { ...user.exec, env } }, options);
    return;
  }
  const provider = user['auth-provider'];
  if (provider?.name !== 'oidc') {
    throw new Error(
      `auth provider "${provider?.name}" was removed from Kubernetes in 1.26; use an exec plugin`,
    );
  }
  const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
  await new OpenIDConnectAuth().applyAuthentication({ name: userName, authProvider: provider }, options);
  if (!options.headers.Authorization) throw new Error('the id token has expired and cannot be refreshed');
}
