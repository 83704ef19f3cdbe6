import { deadline } from '../../base/deadline.ts';
import type { DemandUnderLimits } from '../../guard/demand.ts';
import type { DraftFence } from '../../loop/attempt.ts';
import type { Box } from '../../model/box.ts';

/** Longer than this a guard does not wait for figures: without them it has nothing to say. */
const LIMIT_MS = 5_000;

/**
 * What the fences of a step would ask of the box's cluster, and the limits there; empty where they apply no workload, or
 * where the limits cannot be read. Manifests are those of apply fences and of documents in shell text. Never throws.
 */
export async function demandsUnderLimits(
  fences: readonly DraftFence[],
  box: Pick<Box, 'cluster' | 'baseline' | 'folder'>,
  env: Readonly<Record<string, string>>,
): Promise<DemandUnderLimits[]> {
  const manifests = fences.flatMap(manifestsIn);
  if (manifests.length === 0 || !box.cluster) return [];
  try {
    const { measureDemands } = await import('../../cluster/observe/demands.ts');
    const cluster = await box.cluster({ env: { ...box.baseline, ...env }, folder: box.folder });
    const { clusterLayers } = await import('../../guard/cluster-layers.ts');
    const measured = await measureDemands(cluster, manifests, deadline(LIMIT_MS));
    return measured.map(({ demand, own, namespace, facts }) => ({
      demand,
      layers: clusterLayers(facts, namespace, own),
    }));
  } catch {
    // No cluster, or none that may be touched: what is applied there fails with better words than a guess.
    return [];
  }
}

/** A manifest, and the namespace that its fence gives to what names none. */
interface Manifest {
  readonly text: string;
  readonly namespace: string;
}

function manifestsIn({ lang, text, attributes }: DraftFence): Manifest[] {
  const namespace = attributes.namespace ?? 'default';
  if (/^(?:ya?ml|json)$/.test(lang)) return attributes.apply === 'kubernetes' ? [{ text, namespace }] : [];
  const documents = text.matchAll(/<<-?\s*['"]?(\w{1,40})['"]?[^\n]*\n([\s\S]*?)\n\s*\1\b/g);
  const said = /(?:\s-n[ =]?|--namespace[ =])([a-z0-9-]{1,63})/.exec(text)?.[1];
  return [...documents]
    .filter(([, , body = '']) => /^apiVersion:/m.test(body))
    .map(([, , body = '']) => ({ text: body, namespace: said ?? namespace }));
}
