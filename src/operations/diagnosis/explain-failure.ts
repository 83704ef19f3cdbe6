import type { DiagnosisInput } from '../../judge/diagnose/diagnosis-input.ts';
import type { Box } from '../../model/box.ts';
import type { ClusterObservation } from '../../model/cluster/cluster-observation.ts';
import type { Scope } from '../../model/facts/snapshot.ts';
import type { Finding } from '../../model/finding.ts';

/** Enough to name who holds a port and what is full, in about a tenth of a second. */
const SCOPES: readonly Scope[] = ['listeners', 'processes', 'disk', 'memory'];

/** More than this explains nothing any more. */
const MAX_FINDINGS = 3;

/** A failure of a step or of its checks, and the box where it happened. */
export interface FailureOnBox {
  readonly box: Box;
  /** Relative paths of the step start here. */
  readonly folder: string;
  readonly input: Omit<
    DiagnosisInput,
    'snapshot' | 'logs' | 'paths' | 'processes' | 'packetRules' | 'textFaults'
  >;
  /** Milliseconds since the epoch. Logs of this machine that were written since then count as output. */
  readonly sinceMs?: number;
  readonly cluster?: () => Promise<ClusterObservation>;
}

/**
 * The ordinary explanations of a failure, likeliest first: what was said, joined with what is measured now. On this
 * machine logs, packet rules, paths and processes are measured too. Loaded when something fails.
 */
export async function explainFailure(failure: FailureOnBox): Promise<readonly Finding[]> {
  const { box, folder } = failure;
  const [{ observeBox }, { diagnose }, { namedPrograms }, { inspectPrograms }] = await Promise.all([
    import('../../observe/observe-box.ts'),
    import('../../judge/diagnose/diagnose.ts'),
    import('../../judge/diagnose/named-programs.ts'),
    import('../../observe/programs/inspect-programs.ts'),
  ]);
  const snapshot = await observeBox(box, {
    scopes: [...SCOPES, ...(failure.cluster ? (['kubernetes'] as const) : [])],
    ...(failure.cluster && { cluster: failure.cluster }),
  });
  const seen: DiagnosisInput = { ...failure.input, snapshot };
  const input = box.kind === 'local' ? { ...seen, ...(await factsHere(seen, failure)) } : seen;
  const first = diagnose(input, MAX_FINDINGS);
  const programs = await inspectPrograms(box, namedPrograms(first), folder);
  return programs.length === 0 ? first : diagnose({ ...input, programs }, MAX_FINDINGS);
}

/** What only this machine can be asked for. */
async function factsHere(input: DiagnosisInput, { folder, sinceMs, box }: FailureOnBox) {
  const home = box.baseline.HOME ?? '/root';
  const text = input.step?.text ?? '';
  const [{ newLogLines }, { failureFacts }] = await Promise.all([
    import('../../observe/logs/written-logs.ts'),
    import('./failure-facts.ts'),
  ]);
  const logs = sinceMs === undefined ? [] : newLogLines({ text, folder, home }, new Map(), sinceMs);
  return { logs, ...(await failureFacts({ ...input, logs }, { folder, home })) };
}
