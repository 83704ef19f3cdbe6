import type { KubeObject } from '../../model/cluster/kube.ts';

/** Kinds that others depend on come first, as in Helm's InstallOrder and kustomize's legacy order. */
const FIRST = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PriorityClass',
  'PodDisruptionBudget',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Service',
];

/** Kinds that refer to others, or would act before they exist, come last. */
const LAST = [
  'DaemonSet',
  'Pod',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'IngressClass',
  'Ingress',
  'APIService',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
];

/**
 * Groups of objects in the order in which they are applied; undo runs in reverse. Within a group, the document's order
 * is kept.
 */
export function inApplyOrder<T extends KubeObject>(objects: readonly T[]): T[][] {
  const groups = new Map<number, T[]>();
  for (const object of objects) {
    const rank = rankOf(object);
    groups.set(rank, [...(groups.get(rank) ?? []), object]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function rankOf({ kind = '' }: KubeObject): number {
  const first = FIRST.indexOf(kind);
  if (first >= 0) return first;
  const last = LAST.indexOf(kind);
  // Custom kinds come between the two lists.
  return last >= 0 ? FIRST.length + 1 + last : FIRST.length;
}
