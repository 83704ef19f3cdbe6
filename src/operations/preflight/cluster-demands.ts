import { deadline } from '../../base/deadline.ts';
import type { DemandUnderLimits } from '../../guard/demand.ts';
import type { DraftFence } from '../../loop/attempt.ts';
import type { Box } from '../../model/box.ts';

/** How long a guard waits for numbers; without them it reports nothing. */
const LIMIT_MS = 5_000;

/**
 * The resources that a step's fences would request from the box's cluster, and its limits; empty if they apply no
 * workload, or the limits cannot be read. Manifests are those of apply fences and of here-documents in shell text.
 * Never throws.
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
    // Without a usable cluster, applying there fails with a better message than a guess.
    return [];
  }
}

/** A manifest, and the default namespace of its fence. */
interface Manifest {
  readonly text: string;
  readonly namespace: string;
}

function manifestsIn({ lang, text, attributes }: DraftFence): Manifest[] {
  const namespace = attributes.namespace ?? 'default';
  if (/^(?:ya?ml|json)$/.test(lang)) return attributes.apply === 'kubernetes' ? [{ text, namespace }] : [];
  const documents = text.matchAll(/<<-?\s*['"]?(\w{1,40})['"]?[^\n]*\n([\s\S]*?)\n\s*\1\b/g);
  const flag = /(?:\s-n[ =]?|--namespace[ =])([a-z0-9-]{1,63})/.exec(text)?.[1];
  return [...documents]
    .filter(([, , body = '']) => /^apiVersion:/m.test(body))
    .map(([, , body = '']) => ({ text: body, namespace: flag ?? namespace }));
}
