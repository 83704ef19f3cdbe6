import { startRecord } from '../../journal/passes/pass-recorder.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { RecordedOutcome } from '../../model/pass-record.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import { recordStart } from './record-start.ts';

/** Is called for each step and endpoint with what its checks found. */
export type OnVerified = (step: string, verdict: string, checks: readonly CheckResult[]) => void;

/** Keeps what a verify finds as the record of a pass. `verifyAll` answers how many checks failed or are unknown. */
export async function recordVerify<T extends { readonly summary: { fail: number; unknown: number } }>(
  context: Pick<OperationContext, 'world' | 'agent' | 'within'>,
  session: Session,
  verifyAll: (onVerified: OnVerified) => Promise<T>,
): Promise<T> {
  const start = recordStart(context, session, { command: 'verify' });
  const recorder = await startRecord(session.document.folder, start, context.world.now);
  let outcome: RecordedOutcome = 'aborted';
  try {
    const report = await verifyAll((step, verdict, checks) =>
      recorder.record(session.masker.maskDeep({ type: 'verified', step, verdict, checks })),
    );
    outcome = report.summary.fail > 0 ? 'failed' : report.summary.unknown > 0 ? 'person' : 'done';
    return report;
  } finally {
    await recorder.end(outcome);
  }
}
