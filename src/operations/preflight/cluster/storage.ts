import { nearest } from '../../../base/nearest.ts';
import { ClusterError } from '../../../cluster/cluster-errors.ts';
import { at } from '../../../judge/readiness-words.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import { type KubeObject, showKey } from '../../../model/cluster/kube.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import type { WantedThere } from './wanted.ts';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Claims that nobody will ever provide a volume for: an unknown class, none at all, or `""`, which turns it off. */
export async function storageDiagnostics(
  cluster: Cluster,
  wanted: readonly WantedThere[],
  signal: AbortSignal,
): Promise<Diagnostic[]> {
  const claims = wanted.flatMap(({ placed, place }) =>
    claimsOf(placed.object).map((claim) => ({ claim, place, object: showKey(placed.key) })),
  );
  if (claims.length === 0) return [];
  const classes = await classesOf(cluster, signal);
  const coming = wanted
    .filter(({ placed }) => placed.key.kind === 'StorageClass')
    .map(({ placed }) => placed.object);
  const volumes = new Set(
    wanted
      .filter(({ placed }) => placed.key.kind === 'PersistentVolume')
      .map(({ placed }) => placed.key.name),
  );
  return claims.flatMap(({ claim, place, object }) => {
    const said = troubleOf(claim, classes && [...classes, ...coming], volumes.size > 0);
    return said
      ? [
          {
            code: 'storage-class',
            severity: 'warning' as const,
            place,
            message: `${object}: ${said.message}`,
            remedy: said.remedy,
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

function troubleOf(claim: unknown, classes: readonly KubeObject[] | undefined, bringsVolumes: boolean) {
  const name = at(claim, 'storageClassName');
  if (at(claim, 'volumeName') !== undefined) return undefined;
  if (name === '') {
    if (bringsVolumes) return undefined;
    return {
      message: '`storageClassName: ""` turns dynamic provisioning off, and no volumeName is given.',
      remedy: 'Leave storageClassName out for the default class, or name a volume.',
    };
  }
  if (!classes) return undefined;
  const names = classes.map((each) => each.metadata?.name ?? '');
  if (name === undefined || name === null) {
    const hasDefault = classes.some((each) => each.metadata?.annotations?.[DEFAULT_CLASS] === 'true');
    if (hasDefault) return undefined;
    return {
      message: 'it names no storage class, and the cluster has no default one.',
      remedy: `Name one of: ${names.join(', ') || 'there are none'}.`,
    };
  }
  if (names.includes(String(name))) return undefined;
  const near = nearest(String(name), names);
  return {
    message: `the cluster has no storage class "${String(name)}".`,
    remedy: near ? `Nearest: ${near}` : `There are: ${names.join(', ') || 'none'}.`,
  };
}

/** Undefined: they may not be seen. */
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
