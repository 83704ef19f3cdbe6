import { z } from 'zod';
import { readBaseline } from '../journal/baseline.ts';
import { driftVerdict } from '../judge/drift.ts';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import type { DriftReport } from '../model/drift.ts';
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

const input = z.object({
  ...sessionFlags,
  box: z.string().optional().describe('the same as --on').meta({ placeholder: 'BOX', hidden: true }),
  baseline: z
    .boolean()
    .default(false)
    .describe('keep what the system looks like now as what to compare with, instead of comparing'),
});

/** What the runbook made against what is there now. */
export const drift = defineOperation({
  name: 'drift',
  summary: 'what has changed on the box since the runbook brought it there',
  description:
    'Compares what confirmed steps made (checks, files by content, mode and owner) and what the system looked like after the\n' +
    'last pass (packages, services, listeners, files in /etc, users) with what is there now; facts are measured again where\n' +
    'the content is approved. Changes nothing, so it can be scheduled: exit 2 is drift, 1 that it could not be told.',
  examples: ['runbook drift', 'runbook drift --on argo-test --json', 'runbook drift --baseline'],
  effect: 'read',
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
      if (flags.baseline) return await keep(context, session, preview);
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
  const { confirmed, edited } = remembered(session, preview);
  if (confirmed.size === 0) throw nothingConfirmed(session);
  const view: DriftView = { context, session, preview, baseline, confirmed };
  const drifted = await Promise.all(driftSources.map((source) => source(view)));
  const findings = drifted.flatMap((each) => each.findings);
  return {
    ...head(context, session),
    ...(baseline ? { since: { pass: baseline.pass, at: baseline.snapshot.at } } : {}),
    findings: findings.map((each) => ({ ...each, detail: session.masker.mask(each.detail) })),
    looked: drifted.flatMap((each) => each.looked).filter(({ count }) => count > 0),
    notes: edited.length > 0 ? [`edited since it was confirmed, and not compared: ${edited.join(', ')}`] : [],
    verdict: driftVerdict(findings),
  };
}

async function keep(context: OperationContext, session: Session, preview: Preview): Promise<DriftReport> {
  const pass = preview.journal.lastPass?.id ?? 'none';
  await takeBaseline(context, session, pass);
  const at = new Date(context.world.now()).toISOString();
  const nothing = { findings: [], looked: [], notes: [], verdict: 'none' } as const;
  return { ...head(context, session), kept: true, since: { pass, at }, ...nothing };
}

function head({ world }: OperationContext, { runbook, box }: Session) {
  return { file: runbook.file, box: box.identity.name, at: new Date(world.now()).toISOString() };
}

/** Steps confirmed as they are written now, and those that were edited since. */
function remembered({ plan }: Session, preview: Preview) {
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
  return new RunbookError(
    [
      {
        code: 'nothing-confirmed',
        severity: 'error',
        message: `No step of ${runbook.file} is confirmed on ${box.identity.name}, so nothing can have drifted from it.`,
        remedy:
          'Bring the box there first with `runbook replay`; `runbook verify` asks the checks without that.',
        place: { file: runbook.file, line: 1, column: 1 },
      },
    ],
    EXIT.failed,
  );
}
