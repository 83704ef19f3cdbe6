import { readFile } from 'node:fs/promises';
import { contextNames } from '../../cluster/access/kubeconfig.ts';
import type { DoctorCheck } from '../../model/reports/doctor.ts';
import type { World } from '../../world.ts';

/** The contexts that apply and patch fences and cluster checks could use. No cluster is called. */
export async function clusterCheck({ env, cwd }: Pick<World, 'env' | 'cwd'>): Promise<DoctorCheck[]> {
  const check = { name: 'kubernetes', for: 'apply and patch fences, k8s checks' };
  const read = (path: string) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  try {
    const names = await contextNames({ env, folder: cwd, read });
    return [{ ...check, verdict: 'ok', found: `contexts: ${names.join(', ')}`, remedy: '' }];
  } catch (error) {
    const remedy = 'Name a kubeconfig in KUBECONFIG, or write ~/.kube/config.';
    return [{ ...check, verdict: 'missing', found: (error as Error).message, remedy }];
  }
}
