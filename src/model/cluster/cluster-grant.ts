/** A person's approval for the use of a kubeconfig context, stored in their own state folder. */
export interface ClusterGrant {
  readonly context: string;
  /** The API server's address, so that a document cannot give an allowed context's name to another cluster. */
  readonly server: string;
  /** Absent: all namespaces and cluster-scoped objects. */
  readonly namespaces?: readonly string[];
}

/**
 * Whether a context may be used, and there a namespace. `null`: a change of cluster-scoped objects, which an approval
 * for some namespaces does not cover. `undefined`: reading cluster-scoped objects.
 */
export function isGranted(
  grants: readonly ClusterGrant[],
  { context, server }: Pick<ClusterGrant, 'context' | 'server'>,
  namespace?: string | null,
): boolean {
  return grants.some(
    (grant) =>
      grant.context === context &&
      grant.server === server &&
      (grant.namespaces === undefined ||
        namespace === undefined ||
        (namespace !== null && grant.namespaces.includes(namespace))),
  );
}
