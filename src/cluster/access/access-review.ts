import type { Cluster } from '../../model/cluster/cluster.ts';
import type { ApiResource } from '../../model/cluster/kube.ts';

/** One thing that somebody wants to do. */
export interface AccessRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  readonly resource: ApiResource;
  /** Absent: of a kind that has none. */
  readonly namespace?: string;
}

/**
 * Whether the context may do something, as the API server itself says (SelfSubjectAccessReview), which everybody may ask.
 * @throws ClusterTrouble
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
