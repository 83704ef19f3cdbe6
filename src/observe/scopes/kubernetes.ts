import { resolve } from 'node:path';
import { z } from 'zod';
import type { Machine } from '../machine.ts';
import { tryRead } from '../try-read.ts';
import type { Observed, Observer, Sources, Unnumbered } from './observer.ts';

/** Reads only names from a kubeconfig: no user, token or certificate. */
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
 * The contexts that kubectl would find, plus those of k3s and kubeadm, and facts about the cluster if it may be
 * queried.
 */
export const observeKubernetes: Observer<'kubernetes'> = async (sources) => {
  const paths = kubeconfigPaths(sources);
  const [reading, ...seen] = await Promise.all([
    sources.cluster?.(),
    ...paths.map((path) => readContexts(path, sources.machine)),
  ]);
  const contexts = seen.flatMap(({ facts }) => facts);
  const queried = reading?.facts.find((each) => each.kind === 'context');
  const others = contexts.filter((each) => !isSame(each, queried));
  const own = others.filter((each) => each.kind === 'context' && each.current);
  const left = [...(reading?.more ?? [])];
  return {
    facts: [...own, ...(reading?.facts ?? []), ...others.filter((each) => !own.includes(each))],
    more: left.reduce((sum, [, count]) => sum + count, 0),
    unavailable: [
      ...seen.flatMap(({ unavailable = [] }) => unavailable),
      ...(reading?.unavailable ?? []),
      ...(left.length > 0
        ? [`not listed: ${left.map(([kind, count]) => `${count} more of kind ${kind}`).join(', ')}`]
        : []),
    ],
  };
};

/** Whether this is the context that was queried, which reports itself. */
function isSame(context: Unnumbered<'kubernetes'>, queried: Unnumbered<'kubernetes'> | undefined): boolean {
  if (queried?.kind !== 'context' || context.kind !== 'context') return false;
  return queried.kubeconfig === context.kubeconfig && queried.context === context.context;
}

/** Where kubectl would reading, and where k3s and kubeadm write. */
export function kubeconfigPaths({ env, folder }: Pick<Sources, 'env' | 'folder'>): string[] {
  const named = (env.KUBECONFIG ?? '').split(':').filter((path) => path !== '');
  const home = env.HOME === undefined ? [] : [`${env.HOME}/.kube/config`];
  const known = ['/etc/rancher/k3s/k3s.yaml', '/etc/kubernetes/admin.conf'];
  return [...new Set([...(named.length > 0 ? named : home), ...known].map((path) => resolve(folder, path)))];
}

async function readContexts(path: string, machine: Machine): Promise<Observed<'kubernetes'>> {
  const reading = machine.read(path);
  if (reading.kind === 'gone') return { facts: [] };
  if (reading.kind === 'denied') return { facts: [], unavailable: [`${path} cannot be read`] };
  // Loaded only if a kubeconfig exists: most boxes have none, and loading a parser costs more than an observation.
  const { parseYaml } = await import('../parse-yaml.ts');
  const tree = tryRead(() => Kubeconfig.parse(parseYaml(reading.value.toString('utf8'))));
  if (tree.kind !== 'read') return { facts: [], unavailable: [`${path} is not a valid kubeconfig`] };
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

/** A server's URL may contain a user and a password. */
function hostOf(url: string): string {
  const parsed = tryRead(() => new URL(url));
  return parsed.kind === 'read' ? parsed.value.host : '';
}
