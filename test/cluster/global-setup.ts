import type { TestProject } from 'vitest/node';
import { abilityOf, findBinaries, whatIsMissing } from './binaries.ts';
import { type ClusterAddress, startTestCluster } from './test-cluster.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The running cluster if one could start, and what it lacks. */
    cluster: { address?: ClusterAddress; missing: string };
  }
}

/** One cluster for all files of the project; tests use separate namespaces. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const binaries = await findBinaries();
  const missing = whatIsMissing(binaries);
  if (abilityOf(binaries) === 'none') {
    project.provide('cluster', { missing });
    return undefined;
  }
  const { cluster, stop } = await startTestCluster();
  project.provide('cluster', { address: cluster.address, missing });
  return stop;
}
