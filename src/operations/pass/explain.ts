import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import { type Failure, isInterruption } from '../../model/outcome.ts';
import type { Step } from '../../model/runbook.ts';
import { aboutStep } from './about-step.ts';
import type { Pass } from './pass.ts';

/** What is known of a failed try at a step. */
interface FailedTry {
  readonly failure: Failure;
  readonly output: string;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
}

/**
 * The mundane explanations of a failure, likeliest first, from what the step said and from a look at the box.
 * Loaded when something fails: a pass that goes well does not pay for it.
 */
export async function explain(
  pass: Pass,
  step: Step,
  { failure, output, startedMs }: FailedTry,
): Promise<Failure['findings']> {
  if (!pass.options.explain || isInterruption(failure)) return undefined;
  const { explainFailure, observeForFailure } = await import('../diagnosis/explain-failure.ts');
  const about = aboutStep(pass, step.id);
  const spoken = [...step.actions.map(({ text }) => text), ...failure.checks.map(({ check }) => check)];
  // What a fence for a cluster was refused for is known to the word: what else is wrong there would only distract.
  const cluster = failure.kind.startsWith('cluster-')
    ? undefined
    : await clusterObservation(pass, spoken.join('\n'));
  const end = endOf(failure);
  const measurements = [...pass.facts].map(([name, value]) => ({ name, value }));
  return await explainFailure({
    ...{ pass, step, checks: failure.checks },
    run: { startedMs, output, about, measurements, ...(end && { end }) },
    snapshot: await observeForFailure(pass.box, cluster),
  });
}

/** Checks are asked once every fence has ended well. */
function endOf({ kind, exitCode }: Failure): { kind: 'exit'; code: number } | undefined {
  const code = exitCode ?? (kind === 'checks' ? 0 : undefined);
  return code === undefined ? undefined : { kind: 'exit', code };
}

/** Where the step is about Kubernetes, its cluster is looked at too; in the namespace that it names. */
async function clusterObservation(
  pass: Pass,
  text: string,
): Promise<(() => Promise<ClusterObservation>) | undefined> {
  const { observeBoxCluster, namespaceIn, speaksOfKubernetes } = await import(
    '../session/cluster-observation.ts'
  );
  if (!speaksOfKubernetes(text)) return undefined;
  return () => observeBoxCluster(pass.box, {}, { namespace: namespaceIn(text) });
}
