import { join, resolve } from 'node:path';
import type { BoxClusters } from './cluster/access/box-clusters.ts';
import { OWN_CLUSTER_CONFIG } from './cluster/access/own-cluster.ts';
import type { ClusterPlace } from './cluster/cluster.ts';
import type { Box, ProbeContext } from './model/box.ts';
import type { Probe } from './model/check.ts';
import type { ClusterName } from './model/cluster/cluster.ts';
import { type ClusterGrant, isGranted } from './model/cluster/cluster-grant.ts';
import { kindOf } from './probes/all.ts';
import type { ProbeOf } from './probes/probe-kind.ts';
import type { World } from './world.ts';

/**
 * A box that answers for its Kubernetes cluster as well: `k8s` checks, and the cluster itself for actions. Nothing of it
 * is loaded before somebody asks.
 */
export function boxWithClusters(box: Box, { env, folders }: Pick<World, 'env' | 'folders'>): Box {
  let opened: Promise<BoxClusters> | undefined;
  const clusters = () => {
    opened ??= Promise.all([
      import('./cluster/access/box-clusters.ts'),
      import('./journal/decisions/cluster-grants.ts'),
    ]).then(
      ([{ BoxClusters }, { readClusterGrants }]) =>
        new BoxClusters((names) => placeOf(box, names, env, readClusterGrants(folders.person))),
    );
    return opened;
  };
  return {
    ...box,
    ask: async (probe, context) =>
      isCluster(probe) ? (await clusters()).ask(probe, context) : box.ask(probe, context),
    changed: async (probe, context, attempt, deadline) =>
      isCluster(probe)
        ? (await clusters()).changed(probe, context, attempt, deadline)
        : box.changed(probe, context, attempt, deadline),
    cluster: async (names) => (await clusters()).cluster(names),
    close: async () => {
      await (await opened)?.close();
      await box.close();
    },
  };
}

/** Whether the box's cluster answers a probe. */
function isCluster(probe: Probe): probe is ProbeOf<'k8s'> {
  return kindOf(probe).wait(probe).kind === 'cluster';
}

function placeOf(
  box: Box,
  { env, folder }: Pick<ProbeContext, 'env' | 'folder'>,
  personEnv: World['env'],
  grants: readonly ClusterGrant[],
): ClusterPlace {
  const isHere = box.kind === 'local';
  return {
    env,
    folder,
    read: (path) => box.read(path),
    ...(!isHere && { connect: (host: string, port: number) => box.connect(host, port) }),
    mayRunPlugins: (path) => isHere && personConfigs(personEnv, folder).includes(path),
    isAllowed: (name, namespace) => isOwnCluster(box, name) || isGranted(grants, name, namespace),
  };
}

/** The kubeconfigs that are the person's own, and not something that a document could name. */
function personConfigs(env: World['env'], folder: string): string[] {
  const said = env.KUBECONFIG?.split(':').filter(Boolean) ?? [];
  return [
    ...said.map((path) => resolve(folder, path)),
    ...(env.HOME ? [join(env.HOME, '.kube', 'config')] : []),
  ];
}

/**
 * The cluster that runs on the box itself belongs to it, so permission to work on the box includes it:
 * what k3s has written down as its own, and in a throw-away box any that listens inside of it.
 */
function isOwnCluster({ policy }: Box, { path, server }: ClusterName): boolean {
  if (path === OWN_CLUSTER_CONFIG) return true;
  return (
    policy === 'sandbox' && /^https?:\/\/(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::|\/|$)/.test(server)
  );
}
