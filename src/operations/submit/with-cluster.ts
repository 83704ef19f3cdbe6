import { ClusterError, remedyOf } from '../../cluster/cluster-errors.ts';
import type { Cluster } from '../../model/cluster/cluster.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { OperationContext } from '../operation.ts';

/**
 * Works with the cluster that this machine's kubeconfig names, and closes it.
 * @throws RunbookError 3 where it cannot be reached, is not allowed, or refuses something
 */
export async function withCluster<T>(
  { world }: OperationContext,
  folder: string,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const box = await world.openBox({ folder, env: {} });
  try {
    // The person's cluster, not the document's: whatever its front matter says of KUBECONFIG is for its own steps.
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
