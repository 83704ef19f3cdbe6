import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folders with what a node runs. */
export interface NodePrograms {
  /** etcd, the control plane, kubelet, kube-proxy, kubectl. */
  readonly controlPlane: string;
  /** containerd with its shim, CoreDNS, and Argo's programs if they are built. */
  readonly node: string;
  /** Where images are kept between runs. */
  readonly images: string;
}

const controlPlane = [
  ...['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
  ...['kubelet', 'kube-proxy', 'kubectl'],
];
const node = ['containerd', 'containerd-shim-runc-v2', 'coredns', 'pause', 'trouble'];
const argo = ['workflow-controller', 'argoexec', 'argo', 'argo-events', 'nats-server'];
const debian = {
  '/usr/sbin/runc': 'runc',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/sbin/nft': 'nftables',
  '/usr/sbin/conntrack': 'conntrack',
  '/usr/bin/docker-registry': 'docker-registry',
  '/bin/busybox': 'busybox',
};

/** What a node needs, found in the caches that the build scripts fill, or why none can start here. Builds nothing. */
export function findNodePrograms({ withArgo = false } = {}): NodePrograms | { readonly missing: string } {
  const where = (script: string) =>
    execFileSync('bash', [join(import.meta.dirname, script), '--where'], { encoding: 'utf8' }).trim();
  const folders = {
    controlPlane: where('../build-binaries.sh'),
    node: where('build-node.sh'),
  };
  const reasons = [
    ...lacking(folders.controlPlane, controlPlane),
    ...lacking(folders.node, withArgo ? [...node, ...argo] : node),
  ];
  if (reasons.length > 0) {
    return {
      missing: `${reasons.join(', ')} not built; \`npm run test:node\` builds them where there is Go`,
    };
  }
  const packages = Object.entries(debian).flatMap(([file, name]) => (existsSync(file) ? [] : name));
  if (packages.length > 0) return { missing: `Debian's ${packages.join(', ')} not installed` };
  if (process.getuid?.() !== 0) return { missing: 'only root can make its namespaces' };
  if (!existsSync('/sys/fs/cgroup/cpuset/cgroup.procs')) {
    return { missing: 'the node is written for cgroup v1, with a cpuset hierarchy' };
  }
  return { ...folders, images: join(dirname(folders.node), 'node-images') };
}

function lacking(folder: string, names: readonly string[]): string[] {
  return names.filter((name) => !existsSync(join(folder, name)));
}
