import type { Box } from '../../model/box.ts';
import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import type { Runbook } from '../../model/runbook.ts';
import type { World } from '../../world.ts';

/** The extent of observing a box's cluster. */
export interface ClusterScope {
  /** Default: every namespace that the person has approved. */
  readonly namespace?: string | undefined;
  /** Also calls probes and inspects images; only on request. */
  readonly active?: boolean | undefined;
  /** The scope was requested by name, so a missing kubeconfig is reported. */
  readonly asked?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

const NOTHING: ClusterObservation = { facts: [], more: new Map(), unavailable: [] };

const NOT_INSPECTED =
  'images were not inspected, because that adds an ephemeral container to pods, which is allowed only in a sandbox';

/**
 * Observes the cluster of a box; loads the required modules only now. Never throws: why nothing could be read is in
 * `unavailable`.
 */
export async function observeBoxCluster(
  box: Pick<Box, 'cluster' | 'baseline' | 'folder' | 'policy'>,
  env: Readonly<Record<string, string>>,
  { namespace, active = false, asked = false, signal }: ClusterScope = {},
): Promise<ClusterObservation> {
  if (!box.cluster) return NOTHING;
  // Loaded on demand, so that a successful pass does not pay for it.
  const [{ observeCluster }, { ClusterError }, { sentence }] = await Promise.all([
    import('../../cluster/observe/observe-cluster.ts'),
    import('../../cluster/cluster-errors.ts'),
    import('../../cluster/observe/reader.ts'),
  ]);
  try {
    const cluster = await box.cluster({ env: { ...box.baseline, ...env }, folder: box.folder });
    // Inspecting adds something to pods, which is not allowed in a cluster that others rely on.
    const inspect = active && box.policy === 'sandbox';
    const seen = await observeCluster(cluster, {
      ...(namespace !== undefined && { namespace }),
      active,
      inspect,
      ...(signal && { signal }),
    });
    return active && !inspect ? { ...seen, unavailable: [...seen.unavailable, NOT_INSPECTED] } : seen;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const isNone = error.kind === 'no-config' && !asked;
    return isNone ? NOTHING : { ...NOTHING, unavailable: [sentence(error)] };
  }
}

/** The same without an open box. */
export async function observeClusterOf(
  world: World,
  folder: string,
  env: Readonly<Record<string, string>>,
  scope: ClusterScope = {},
): Promise<ClusterObservation> {
  const box = await world.openBox({ folder, env: {} });
  try {
    const own = box.kind === 'local' ? givenIn(world.env) : {};
    return await observeBoxCluster(box, { ...own, ...env }, scope);
  } finally {
    await box.close();
  }
}

function givenIn(env: World['env']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Whether a text is about Kubernetes; only then can the cluster explain a failure. */
export function speaksOfKubernetes(text: string): boolean {
  return /\b(?:kubectl|helm|k3s|kustomiz\w+|argo|apiVersion(?=:)|kubeconfig|KUBECONFIG|k8s)\b/.test(text);
}

/** The namespace that a text names; undefined if it names none or several. */
export function namespaceIn(text: string): string | undefined {
  const named = text.matchAll(
    /(?:\s-n[ =]?|--namespace[ =]|^\s*namespace:\s*)["']?([a-z0-9][a-z0-9-]{0,62})\b/gm,
  );
  const all = new Set([...named].map(([, name]) => name!));
  return all.size === 1 ? [...all][0] : undefined;
}

/** The facts of a runbook's table, for rules that need numbers of this environment. */
export function measurementsOf({ facts }: Pick<Runbook, 'facts'>): { name: string; value: string }[] {
  return facts.map(({ name, value }) => ({ name, value }));
}
