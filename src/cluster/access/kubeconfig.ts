import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ClusterError } from '../cluster-errors.ts';
import { OWN_CLUSTER_CONFIG } from './own-cluster.ts';

const cluster = z.looseObject({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
});

const user = z.looseObject({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  as: z.string().optional(),
  exec: z.looseObject({ command: z.string() }).optional(),
  'auth-provider': z.looseObject({ name: z.string() }).optional(),
});

const named = <T extends z.ZodType>(key: string, value: T) =>
  z
    .array(z.looseObject({ name: z.string(), [key]: value.nullish() }))
    .nullish()
    .transform((list) => list ?? []);

const context = z.looseObject({
  cluster: z.string(),
  user: z.string().optional(),
  namespace: z.string().optional(),
});

/** The fields of a kubeconfig that are used; others are ignored (client-go clientcmd/api/v1). */
const Config = z.looseObject({
  'current-context': z.string().nullish(),
  clusters: named('cluster', cluster),
  users: named('user', user),
  contexts: named('context', context),
});

type UserEntry = z.infer<typeof user>;

/** One context of a kubeconfig with its cluster and user; files that it refers to are not read yet. */
export interface KubeContext {
  readonly context: string;
  /** The file that it came from; relative paths in it start in that file's folder. */
  readonly path: string;
  readonly server: string;
  readonly cluster: z.infer<typeof cluster>;
  readonly userName: string;
  readonly user: UserEntry;
  readonly namespace: string;
}

/** The environment and the files of the box. */
export interface ConfigPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths in KUBECONFIG start here. */
  readonly folder: string;
  /** Undefined if the file does not exist; throws if it cannot be read. */
  read(path: string): Promise<Buffer | undefined>;
}

/**
 * The context of a box: the current context of `KUBECONFIG` (several files are merged; as in kubectl, the first value
 * wins), else of `~/.kube/config`, else of k3s's own file.
 * @throws ClusterError no-config
 */
export async function findContext(place: ConfigPlace, wanted?: string): Promise<KubeContext> {
  const paths = configPaths(place);
  const files = await readConfigs(place, paths);
  if (files.length === 0) {
    throw new ClusterError('no-config', `This box has no kubeconfig; searched: ${paths.join(', ')}.`);
  }
  const name = wanted ?? files.map((file) => file.config['current-context']).find(Boolean);
  if (!name) {
    throw new ClusterError('no-config', `${files[0]!.path} has no current context.`, {
      remedy: 'Set one with: kubectl config use-context NAME',
    });
  }
  return contextOf(name, files);
}

/**
 * The names of all contexts in the files of a box, the current one first.
 * @throws ClusterError no-config
 */
export async function contextNames(place: ConfigPlace): Promise<string[]> {
  const current = await findContext(place);
  const files = await readConfigs(place, configPaths(place));
  const names = files.flatMap(({ config }) => (config.contexts ?? []).map(({ name }) => String(name)));
  return [...new Set([current.context, ...names])];
}

interface ConfigFile {
  readonly path: string;
  readonly config: z.infer<typeof Config>;
}

function configPaths({ env, folder }: ConfigPlace): string[] {
  const listed = env.KUBECONFIG?.split(':').filter(Boolean) ?? [];
  if (listed.length > 0) return listed.map((path) => resolve(folder, path));
  return [...(env.HOME ? [join(env.HOME, '.kube', 'config')] : []), OWN_CLUSTER_CONFIG];
}

async function readConfigs(place: ConfigPlace, paths: readonly string[]): Promise<ConfigFile[]> {
  const files: ConfigFile[] = [];
  for (const path of paths) {
    const content = await readOrExplain(place, path);
    if (content === undefined) continue;
    files.push({ path, config: parseConfig(path, content) });
    // Without KUBECONFIG, only the first existing file is used.
    if (!place.env.KUBECONFIG) break;
  }
  return files;
}

async function readOrExplain(place: ConfigPlace, path: string): Promise<Buffer | undefined> {
  try {
    return await place.read(path);
  } catch (cause) {
    throw new ClusterError('no-config', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      remedy: `Run as a user who may read ${path}, or copy it to ~/.kube/config with mode 0600.`,
    });
  }
}

function parseConfig(path: string, content: Buffer): ConfigFile['config'] {
  const broken = (why: string) =>
    new ClusterError('no-config', `${path} is not a valid kubeconfig: ${why}`, {
      remedy: `Correct the file or create it again. Test it with: kubectl --kubeconfig ${path} config view`,
    });
  let document: unknown;
  try {
    document = parse(content.toString('utf8'));
  } catch (error) {
    // The parser's message may quote a line, which may be a key.
    throw broken(`it is not valid YAML (line ${lineOf(error) ?? '?'}).`);
  }
  const config = Config.safeParse(document ?? {});
  if (config.success) return config.data;
  const [issue] = config.error.issues;
  throw broken(`${issue?.path.join('.')}: ${issue?.message}.`);
}

function lineOf(error: unknown): number | undefined {
  return (error as { linePos?: readonly { line: number }[] }).linePos?.[0]?.line;
}

function contextOf(name: string, files: readonly ConfigFile[]): KubeContext {
  const missing = (what: string) =>
    new ClusterError('no-config', `${files.map((file) => file.path).join(', ')}: no ${what} is defined.`, {
      remedy: 'List the names with: kubectl config get-contexts',
    });
  const found = firstNamed(files, 'contexts', name);
  const chosen = found?.entry.context as z.infer<typeof context> | undefined;
  if (!found || !chosen) throw missing(`context "${name}"`);
  const clusterEntry = firstNamed(files, 'clusters', chosen.cluster);
  const named = clusterEntry?.entry.cluster as z.infer<typeof cluster> | undefined;
  if (!clusterEntry || !named) throw missing(`cluster "${chosen.cluster}"`);
  const userEntry = chosen.user === undefined ? undefined : firstNamed(files, 'users', chosen.user);
  const credentials = (userEntry?.entry.user ?? {}) as UserEntry;
  return {
    context: name,
    path: found.path,
    server: named.server.replace(/\/+$/, ''),
    cluster: absolute(named, clusterEntry.path, ['certificate-authority']),
    userName: chosen.user ?? '',
    user: absolute(credentials, userEntry?.path ?? found.path, [
      'client-certificate',
      'client-key',
      'tokenFile',
    ]),
    namespace: chosen.namespace || 'default',
  };
}

function firstNamed(files: readonly ConfigFile[], list: 'contexts' | 'clusters' | 'users', name: string) {
  for (const { path, config } of files) {
    const entry = config[list].find((each) => each.name === name);
    if (entry) return { path, entry };
  }
  return undefined;
}

/** Paths in a kubeconfig are relative to its folder. */
function absolute<T extends object>(entry: T, path: string, keys: readonly (keyof T & string)[]): T {
  const changed = keys.flatMap((key) => {
    const value = entry[key];
    return typeof value === 'string' && !isAbsolute(value)
      ? [[key, join(dirname(path), value)] as const]
      : [];
  });
  return changed.length === 0 ? entry : { ...entry, ...Object.fromEntries(changed) };
}
