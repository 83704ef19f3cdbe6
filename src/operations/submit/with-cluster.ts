import { ClusterError, remedyOf } from '../../cluster/cluster-errors.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { OperationContext } from '../operation.ts';

/**
 * Runs work with the cluster of this machine's kubeconfig, and closes it.
 * @throws RunbookError 3 if it cannot be reached, is not approved, or rejects something
 */
export async function withCluster<T>(
  { world }: OperationContext,
  folder: string,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const box = await world.openBox({ folder, env: {} });
  try {
    // The person's cluster, not the document's: KUBECONFIG in the front matter is only for the document's steps.
    const env = Object.fromEntries(
      Object.entries(world.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const cluster = await box.cluster!({ env, folder });
    return await work(cluster);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const diagnostic = {
      code: `cluster-${error.kind}`,
      severity: 'error',
      message: error.message,
      remedy: remedyOf(error),
    } as const;
    throw new RunbookError([diagnostic], EXIT.person);
  } finally {
    await box.close();
  }
}
