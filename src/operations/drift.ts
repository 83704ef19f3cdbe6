import { z } from 'zod';
import { readBaseline } from '../journal/baseline.ts';
import { driftVerdict } from '../judge/drift.ts';
import { EXIT, type RunbookError, runbookError } from '../model/diagnostic.ts';
import type { DriftReport } from '../model/reports/drift.ts';
import { findApproval } from './approval/approval.ts';
import { takeBaseline } from './drift/baseline.ts';
import { baselinePlace } from './drift/baseline-place.ts';
import { driftSources } from './drift/sources.ts';
import type { DriftView } from './drift/view.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { openPreview, type Preview } from './pass/preview.ts';
import { openSession, prepare, type Session } from './session/session.ts';
import { sessionFlags } from './session/session-flags.ts';
import { unopened } from './session/unopened.ts';
import { startTelemetry } from './telemetry/start-telemetry.ts';

const input = z.object({
  ...sessionFlags,
  box: z.string().optional().describe('the same as --on').meta({ placeholder: 'BOX', hidden: true }),
  baseline: z
    .boolean()
    .default(false)
    .describe('store the current state of the system as the baseline instead of comparing'),
});

/** Compares what the runbook created with the current state. */
export const drift = defineOperation({
  description:
    'Compares the current state with what confirmed steps created (checks, files by content, mode and owner) and with the system\n' +
    'after the last pass (packages, services, listeners, files in /etc, users). Measures facts again if the content is approved.\n' +
    'Changes nothing, so it can be scheduled. Exit 2 means drift, 1 that it could not be determined.',
  examples: ['runbook drift', 'runbook drift --on argo-test --json', 'runbook drift --baseline'],
  input,
  run: async (context, { box, ...given }): Promise<DriftReport> => {
    const flags = { ...given, on: given.on ?? box };
    const prepared = await prepare(context, flags);
    const approved = await findApproval(context, prepared, flags);
    const session = await openSession(context, prepared, flags, { approved }).catch((error: unknown) => {
      throw unopened(error);
    });
    try {
      const preview = await openPreview(context, session);
      if (flags.baseline) return await storeBaseline(context, session, preview);
      return await compare(context, session, preview);
    } finally {
      await session.box.close();
    }
  },
  exit: ({ verdict }) =>
    verdict === 'none' ? EXIT.done : verdict === 'drift' ? EXIT.different : EXIT.failed,
});

async function compare(context: OperationContext, session: Session, preview: Preview): Promise<DriftReport> {
  const baseline = await readBaseline(baselinePlace(session));
  const { confirmed, edited } = confirmedSteps(session, preview);
  if (confirmed.size === 0) throw nothingConfirmed(session);
  const view: DriftView = { context, session, preview, baseline, confirmed };
  const drifted = await Promise.all(driftSources.map((source) => source(view)));
  const findings = drifted.flatMap((each) => each.findings);
  const count = String(findings.length);
  const { document, box } = session;
  startTelemetry(context.world, document.folder, [
    '--drift',
    count,
    '--box',
    box.identity.name,
    '--file',
    document.path,
  ]);
  return {
    ...head(context, session),
    ...(baseline ? { since: { pass: baseline.pass, at: baseline.snapshot.at } } : {}),
    findings: findings.map((each) => ({ ...each, detail: session.masker.mask(each.detail) })),
    looked: drifted.flatMap((each) => each.looked).filter(({ count }) => count > 0),
    notes: [
      ...(edited.length > 0 ? [`not compared, because edited since confirmed: ${edited.join(', ')}`] : []),
      ...drifted.flatMap(({ notes = [] }) => notes),
    ],
    verdict: driftVerdict(findings),
  };
}

async function storeBaseline(
  context: OperationContext,
  session: Session,
  preview: Preview,
): Promise<DriftReport> {
  const pass = preview.journal.lastPass?.id ?? 'none';
  await takeBaseline(context, session, pass);
  const at = new Date(context.world.now()).toISOString();
  const nothing = { findings: [], looked: [], notes: [], verdict: 'none' } as const;
  return { ...head(context, session), kept: true, since: { pass, at }, ...nothing };
}

function head({ world }: OperationContext, { runbook, box }: Session) {
  return { file: runbook.file, box: box.identity.name, at: new Date(world.now()).toISOString() };
}

/** Steps confirmed as they are now written, and those that were edited since. */
function confirmedSteps({ plan }: Session, preview: Preview) {
  const confirmed = new Set<string>();
  const edited: string[] = [];
  for (const planned of plan.steps) {
    const memory = preview.memory(planned);
    if (memory?.status !== 'confirmed') continue;
    if (memory.action === planned.actionHash) confirmed.add(planned.step.id);
    else edited.push(planned.step.id);
  }
  return { confirmed, edited };
}

function nothingConfirmed({ runbook, box }: Session): RunbookError {
  return runbookError(
    {
      code: 'nothing-confirmed',
      message: `Drift needs at least one confirmed step, and no step of ${runbook.file} is confirmed on ${box.identity.name}.`,
      remedy: 'Run `runbook replay` first, or run only the checks with `runbook verify`.',
      place: { file: runbook.file, line: 1, column: 1 },
    },
    EXIT.failed,
  );
}
