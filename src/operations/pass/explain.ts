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
  const { explainFailure } = await import('../diagnosis/explain-failure.ts');
  const text = step.actions.map((action) => action.text).join('\n');
  const about = aboutStep(pass, step.id);
  const spoken = `${text}\n${failure.checks.map(({ check }) => check).join('\n')}`;
  // What a fence for a cluster was refused for is known to the word: what else is wrong there would only distract.
  const cluster = failure.kind.startsWith('cluster-') ? undefined : await clusterObservation(pass, spoken);
  const end = endOf(failure);
  const findings = await explainFailure({
    box: pass.box,
    folder: pass.folder,
    sinceMs: startedMs,
    ...(cluster && { cluster }),
    input: {
      attempt: step.id,
      at: new Date(pass.now()).toISOString(),
      startedAt: new Date(startedMs).toISOString(),
      ...(end && { end }),
      output,
      checks: failure.checks,
      step: { text, ...(about && { about }) },
      measurements: [...pass.facts].map(([name, value]) => ({ name, value })),
    },
  });
  return findings.map(({ code, title, remedy }) => ({
    code,
    title: pass.masker.mask(title),
    remedy: pass.masker.mask(remedy),
  }));
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
