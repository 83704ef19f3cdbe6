import { nearest } from '../../../base/nearest.ts';
import { ClusterError } from '../../../cluster/cluster-errors.ts';
import { at } from '../../../judge/readiness-words.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import { type KubeObject, showKey } from '../../../model/cluster/kube.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { WantedOnCluster } from './wanted.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/**
 * Claims that will never get a volume: an unknown class, no class without a default, or `""`, which disables
 * provisioning.
 */
export async function storageDiagnostics(
  cluster: Cluster,
  wanted: readonly WantedOnCluster[],
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const claims = wanted.flatMap(({ placed, place }) =>
    claimsOf(placed.object).map((claim) => ({ claim, place, object: showKey(placed.key) })),
  );
  if (claims.length === 0) return [];
  const classes = await classesOf(cluster, signal);
  const created = wanted
    .filter(({ placed }) => placed.key.kind === 'StorageClass')
    .map(({ placed }) => placed.object);
  const volumes = new Set(
    wanted
      .filter(({ placed }) => placed.key.kind === 'PersistentVolume')
      .map(({ placed }) => placed.key.name),
  );
  return claims.flatMap(({ claim, place, object }) => {
    const problem = problemOf(claim, classes && [...classes, ...created], volumes.size > 0);
    return problem
      ? [
          {
            code: 'storage-class',
            severity: 'warning' as const,
            place,
            message: `${object}: ${problem.message}`,
            remedy: problem.remedy,
          },
        ]
      : [];
  });
}

function claimsOf({ kind, spec }: KubeObject): unknown[] {
  if (kind === 'PersistentVolumeClaim') return [spec];
  const templates = kind === 'StatefulSet' ? at(spec, 'volumeClaimTemplates') : undefined;
  return Array.isArray(templates) ? templates.map((each) => at(each, 'spec')) : [];
}

function problemOf(claim: unknown, classes: readonly KubeObject[] | undefined, createsVolumes: boolean) {
  const name = at(claim, 'storageClassName');
  if (at(claim, 'volumeName') !== undefined) return undefined;
  if (name === '') {
    if (createsVolumes) return undefined;
    return {
      message: '`storageClassName: ""` disables dynamic provisioning, but volumeName is missing.',
      remedy: 'Omit storageClassName to use the default class, or set volumeName.',
    };
  }
  if (!classes) return undefined;
  const names = classes.map((each) => each.metadata?.name ?? '');
  if (name === undefined || name === null) {
    const hasDefault = classes.some((each) => each.metadata?.annotations?.[DEFAULT_CLASS] === 'true');
    if (hasDefault) return undefined;
    return {
      message: 'it sets no storage class, and the cluster has no default class.',
      remedy: `Set one of: ${names.join(', ') || '(the cluster has no storage classes)'}.`,
    };
  }
  if (names.includes(String(name))) return undefined;
  const near = nearest(String(name), names);
  return {
    message: `the cluster has no storage class "${String(name)}".`,
    remedy: near ? `Nearest: ${near}` : `Existing classes: ${names.join(', ') || 'none'}.`,
  };
}

/** Undefined if they cannot be read. */
async function classesOf(cluster: Cluster, signal: AbortSignal): Promise<readonly KubeObject[] | undefined> {
  const resource = await cluster.discovery.byKind('storage.k8s.io/v1', 'StorageClass');
  if (!resource) return undefined;
  try {
    return (await cluster.list(resource, { signal })).items;
  } catch (error) {
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}
