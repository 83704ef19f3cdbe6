import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource } from '../../model/cluster/kube.ts';

/** An action on a resource. */
export interface AccessRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  readonly resource: ApiResource;
  /** Absent for cluster-scoped kinds. */
  readonly namespace?: string;
}

/**
 * Whether the context may do something, according to the API server (SelfSubjectAccessReview), which every user may
 * query.
 * @throws ClusterError
 */
export async function isAllowed(
  cluster: Cluster,
  { verb, resource, namespace }: AccessRequest,
  signal?: AbortSignal,
): Promise<boolean> {
  const { body } = await cluster.client.request<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: {
        resourceAttributes: {
          ...{ verb, group: resource.group, resource: resource.resource },
          ...(namespace !== undefined && { namespace }),
        },
      },
    },
    ...(signal && { signal }),
  });
  return body.status?.allowed === true;
}
