import type { DiagnosisInput } from '../../judge/diagnose/diagnosis-input.ts';
import type { Box } from '../../model/box.ts';
import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import type { Scope, Snapshot } from '../../model/facts/snapshot.ts';
import type { CheckResult, Failure } from '../../model/outcome.ts';
import type { Step } from '../../model/runbook.ts';
import type { Pass } from '../pass/pass.ts';

/** Enough to name who holds a port and what is full, in about a tenth of a second. */
const SCOPES: readonly Scope[] = ['listeners', 'processes', 'disk', 'memory'];

/** More than this explains nothing any more. */
const MAX_FINDINGS = 3;

/** A failure of a step or of its checks, and the box where it happened. */
export interface FailureOnBox {
  readonly pass: Pick<Pass, 'box' | 'folder' | 'masker' | 'now'>;
  readonly step: Step;
  readonly checks: readonly CheckResult[];
  /** What a run of the step adds. */
  readonly run?: Pick<DiagnosisInput, 'output' | 'end' | 'measurements'> & {
    readonly about: NonNullable<DiagnosisInput['step']>['about'];
    /** Milliseconds since the epoch. Logs of this machine that were written since then count as output. */
    readonly startedMs: number;
  };
  readonly snapshot: Snapshot;
}

/** Observes what explains failures; of the cluster only with a reason to ask it. */
export async function observeForFailure(
  box: Box,
  cluster?: () => Promise<ClusterObservation>,
): Promise<Snapshot> {
  const { observeBox } = await import('../../observe/observe-box.ts');
  const scopes: readonly Scope[] = cluster ? [...SCOPES, 'kubernetes'] : SCOPES;
  return await observeBox(box, { scopes, ...(cluster && { cluster }) });
}

/**
 * The ordinary explanations of a failure, likeliest first: what was said, joined with what is measured now. On this
 * machine logs, packet rules, paths and processes are measured too. Loaded when something fails.
 */
export async function explainFailure(failure: FailureOnBox): Promise<NonNullable<Failure['findings']>> {
  const { step, checks, run, snapshot } = failure;
  const { box, folder, masker, now } = failure.pass;
  const [{ diagnose }, { namedPrograms }, { inspectPrograms }] = await Promise.all([
    import('../../judge/diagnose/diagnose.ts'),
    import('../../judge/diagnose/named-programs.ts'),
    import('../../observe/programs/inspect-programs.ts'),
  ]);
  const { startedMs, about, ...said } = run ?? { output: '' };
  const text = step.actions.map((action) => action.text).join('\n');
  const seen: DiagnosisInput = {
    ...{ attempt: step.id, at: new Date(now()).toISOString(), checks, snapshot, ...said },
    ...(startedMs !== undefined && { startedAt: new Date(startedMs).toISOString() }),
    step: { text, ...(about && { about }) },
  };
  const input = box.kind === 'local' ? { ...seen, ...(await factsHere(seen, failure)) } : seen;
  const first = diagnose(input, MAX_FINDINGS);
  const programs = await inspectPrograms(box, namedPrograms(first), folder);
  const found = programs.length === 0 ? first : diagnose({ ...input, programs }, MAX_FINDINGS);
  return found.map(({ code, title, remedy }) => ({
    code,
    title: masker.mask(title),
    remedy: masker.mask(remedy),
  }));
}

/** What only this machine can be asked for. */
async function factsHere(input: DiagnosisInput, { pass: { folder, box }, run }: FailureOnBox) {
  const home = box.baseline.HOME ?? '/root';
  const text = input.step?.text ?? '';
  const [{ newLogLines }, { failureFacts }] = await Promise.all([
    import('../../observe/logs/written-logs.ts'),
    import('./failure-facts.ts'),
  ]);
  const logs = run ? newLogLines({ text, folder, home }, new Map(), run.startedMs) : [];
  return { logs, ...(await failureFacts({ ...input, logs }, { folder, home })) };
}
