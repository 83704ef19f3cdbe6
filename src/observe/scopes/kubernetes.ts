import { resolve } from 'node:path';
import { z } from 'zod';
import type { Machine } from '../machine.ts';
import { tryRead } from '../try-read.ts';
import type { Observed, Observer, Sources, Unnumbered } from './observer.ts';

/** Only names are read out of a kubeconfig: no user, no token, no certificate. */
const Kubeconfig = z.object({
  'current-context': z.string().nullish(),
  contexts: z
    .array(
      z.object({
        name: z.string(),
        context: z.object({ cluster: z.string(), namespace: z.string().nullish() }),
      }),
    )
    .nullish(),
  clusters: z
    .array(z.object({ name: z.string(), cluster: z.object({ server: z.string().nullish() }) }))
    .nullish(),
});

/**
 * The contexts that kubectl would know here, and those of k3s and kubeadm in their own places; and where the cluster may
 * be asked, what it says.
 */
export const observeKubernetes: Observer<'kubernetes'> = async (sources) => {
  const paths = kubeconfigPaths(sources);
  const [look, ...seen] = await Promise.all([
    sources.cluster?.(),
    ...paths.map((path) => readContexts(path, sources.machine)),
  ]);
  const contexts = seen.flatMap(({ facts }) => facts);
  const asked = look?.facts.find((each) => each.kind === 'context');
  const others = contexts.filter((each) => !isSame(each, asked));
  const own = others.filter((each) => each.kind === 'context' && each.current);
  const left = [...(look?.more ?? [])];
  return {
    facts: [...own, ...(look?.facts ?? []), ...others.filter((each) => !own.includes(each))],
    more: left.reduce((sum, [, count]) => sum + count, 0),
    unavailable: [
      ...seen.flatMap(({ unavailable = [] }) => unavailable),
      ...(look?.unavailable ?? []),
      ...(left.length > 0
        ? [`not listed: ${left.map(([kind, count]) => `${count} more of kind ${kind}`).join(', ')}`]
        : []),
    ],
  };
};

/** The context that was asked stands for itself. */
function isSame(context: Unnumbered<'kubernetes'>, asked: Unnumbered<'kubernetes'> | undefined): boolean {
  if (asked?.kind !== 'context' || context.kind !== 'context') return false;
  return asked.kubeconfig === context.kubeconfig && asked.context === context.context;
}

/** Where kubectl would look, and where k3s and kubeadm write. */
export function kubeconfigPaths({ env, folder }: Pick<Sources, 'env' | 'folder'>): string[] {
  const named = (env.KUBECONFIG ?? '').split(':').filter((path) => path !== '');
  const home = env.HOME === undefined ? [] : [`${env.HOME}/.kube/config`];
  const known = ['/etc/rancher/k3s/k3s.yaml', '/etc/kubernetes/admin.conf'];
  return [...new Set([...(named.length > 0 ? named : home), ...known].map((path) => resolve(folder, path)))];
}

async function readContexts(path: string, machine: Machine): Promise<Observed<'kubernetes'>> {
  const look = machine.read(path);
  if (look.kind === 'gone') return { facts: [] };
  if (look.kind === 'denied') return { facts: [], unavailable: [`${path} may not be read`] };
  // Loaded only where there is a kubeconfig: most boxes have none, and a parser costs more than an observation.
  const { parseYaml } = await import('../parse-yaml.ts');
  const tree = tryRead(() => Kubeconfig.parse(parseYaml(look.value.toString('utf8'))));
  if (tree.kind !== 'read') return { facts: [], unavailable: [`${path} is no kubeconfig`] };
  return { facts: contextsOf(path, tree.value) };
}

function contextsOf(path: string, config: z.infer<typeof Kubeconfig>): Unnumbered<'kubernetes'>[] {
  const servers = new Map((config.clusters ?? []).map(({ name, cluster }) => [name, cluster.server ?? '']));
  return (config.contexts ?? []).map(({ name, context }) => ({
    kind: 'context' as const,
    kubeconfig: path,
    context: name,
    cluster: context.cluster,
    server: hostOf(servers.get(context.cluster) ?? ''),
    ...(context.namespace && { namespace: context.namespace }),
    current: name === config['current-context'],
  }));
}

/** A server's URL may hold a user and a password. */
function hostOf(url: string): string {
  const parsed = tryRead(() => new URL(url));
  return parsed.kind === 'read' ? parsed.value.host : '';
}
