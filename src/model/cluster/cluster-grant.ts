/** A person's word that a context of a kubeconfig may be touched; kept in their own state folder. */
export interface ClusterGrant {
  readonly context: string;
  /** The API server's address: a document cannot give another cluster the name of an allowed one. */
  readonly server: string;
  /** Absent: all of them, and what belongs to none. */
  readonly namespaces?: readonly string[];
}

/**
 * Whether a context, and there a namespace, may be touched; `null`: changes of what belongs to none, which a word for
 * some namespaces does not cover; `undefined`: a look at that.
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
