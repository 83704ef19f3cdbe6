import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const recipe = fileURLToPath(new URL('build-binaries.sh', import.meta.url));

const environmentNames = {
  etcd: 'TEST_ASSET_ETCD',
  'kube-apiserver': 'TEST_ASSET_KUBE_APISERVER',
  'kube-controller-manager': 'TEST_ASSET_KUBE_CONTROLLER_MANAGER',
  'kube-scheduler': 'TEST_ASSET_KUBE_SCHEDULER',
  kwok: 'TEST_ASSET_KWOK',
  kubectl: 'TEST_ASSET_KUBECTL',
  kubelet: 'TEST_ASSET_KUBELET',
  'kube-proxy': 'TEST_ASSET_KUBE_PROXY',
} as const;

export type BinaryName = keyof typeof environmentNames;

/** Paths of the binaries found. */
export type Binaries = ReadonlyMap<BinaryName, string>;

/**
 * The binaries of a control plane, each from the first place that has it: its own variable (`TEST_ASSET_ETCD`, …), the
 * directory KUBEBUILDER_ASSETS, as envtest does, or the cache that `npm run test:cluster` fills. Builds nothing.
 */
export async function findBinaries(): Promise<Binaries> {
  const { stdout: cache } = await execa('bash', [recipe, '--where'], { reject: false });
  const directories = [process.env.KUBEBUILDER_ASSETS, cache].filter(Boolean) as string[];
  const found = new Map<BinaryName, string>();
  for (const [name, variable] of Object.entries(environmentNames) as [BinaryName, string][]) {
    const candidates = [process.env[variable], ...directories.map((directory) => join(directory, name))];
    const path = candidates.find((candidate) => candidate && existsSync(candidate));
    if (path) found.set(name, path);
  }
  return found;
}

/** What a cluster can do with these: nothing, only store objects, or also create and run pods of Deployments. */
export function abilityOf(binaries: Binaries): 'none' | 'objects' | 'controllers' {
  if (missing(binaries, ['etcd', 'kube-apiserver']).length > 0) return 'none';
  const controllers = missing(binaries, ['kube-controller-manager', 'kube-scheduler', 'kwok']);
  return controllers.length > 0 ? 'objects' : 'controllers';
}

/** Why these are not sufficient, for the reader of a skipped test. */
export function whatIsMissing(binaries: Binaries): string {
  const names = missing(binaries, [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kwok',
  ]);
  return `${names.join(', ')} not found; \`npm run test:cluster\` builds them where there is Go, or set KUBEBUILDER_ASSETS`;
}

function missing(binaries: Binaries, names: readonly BinaryName[]): BinaryName[] {
  return names.filter((name) => !binaries.has(name));
}
