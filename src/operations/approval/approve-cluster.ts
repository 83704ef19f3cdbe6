import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findContext } from '../../cluster/access/kubeconfig.ts';
import { ClusterError, remedyOf } from '../../cluster/cluster-errors.ts';
import { grantCluster, readClusterGrants } from '../../journal/decisions/cluster-grants.ts';
import { isGranted } from '../../model/cluster/cluster-grant.ts';
import { EXIT, RunbookError, runbookError } from '../../model/diagnostic.ts';
import type { ApproveReport } from '../../model/reports/report.ts';
import type { World } from '../../world.ts';
import { readValidDocument } from '../document/document.ts';

/**
 * A person's approval of a context and optionally its namespaces. The address of its API server is stored with it, so
 * that another cluster cannot use the same name.
 */
export async function approveCluster(
  world: World,
  file: string,
  wanted: { context: string; namespace?: string },
): Promise<ApproveReport> {
  const namespaces = wanted.namespace
    ?.split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  const { context, server } = await contextNamed(world, file, wanted.context);
  const grants = readClusterGrants(world.folders.person);
  const already =
    (namespaces ?? [undefined]).every((each) => isGranted(grants, { context, server }, each)) &&
    (namespaces !== undefined ||
      grants.some((each) => each.context === context && each.server === server && !each.namespaces));
  if (!already) {
    const at = new Date(world.now()).toISOString();
    await grantCluster(world.folders.person, { context, server, at, ...(namespaces && { namespaces }) });
  }
  const cluster = { context, server, ...(namespaces && { namespaces }) };
  return { file, hash: '', already, fences: 0, shellChecks: 0, cluster };
}

async function contextNamed(world: World, file: string, name: string) {
  try {
    return await findContext(
      {
        env: { ...world.env, ...(await documentEnv(world, file)) },
        folder: resolve(world.cwd, file, '..'),
        read: (path) =>
          readFile(path).catch((error: NodeJS.ErrnoException) => {
            if (error.code === 'ENOENT') return undefined;
            throw error;
          }),
      },
      name,
    );
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const diagnostic = { code: 'unknown-context', severity: 'error' as const, message: error.message };
    throw runbookError({ ...diagnostic, remedy: remedyOf(error) }, EXIT.usage);
  }
}

/** A runbook may set the kubeconfig; without a document, the person's own environment does. */
async function documentEnv(world: World, file: string): Promise<Readonly<Record<string, string>>> {
  try {
    return (await readValidDocument(world.cwd, file, { loose: true })).runbook.frontMatter.env;
  } catch (error) {
    if (error instanceof RunbookError) return {};
    throw error;
  }
}
