import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { UndoReport } from '../model/reports/report.ts';
import { partOfAction } from '../plan/closure-parts.ts';
import { requireApprovalOn, requireParts } from './approval/approval.ts';
import type { ApprovedClosure } from './approval/approved-closure.ts';
import { refuseUnknownId } from './document/known-id.ts';
import { renewBaseline } from './drift/renew-baseline.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { openPass } from './pass/open.ts';
import { type ApprovedDocument, openSession, prepare } from './session/session.ts';
import { sessionFlags } from './session/session-flags.ts';
import { dryRun } from './undo/dry-run.ts';
import { type Undoable, undoables, undoSteps } from './undo/undo-steps.ts';

const input = z.object({
  ...sessionFlags,
  only: z.string().optional().describe('undo only this step').meta({ placeholder: 'ID' }),
  dryRun: z.boolean().default(false).describe('show what would be undone; run nothing'),
});

/** Runs the Undo parts in reverse over what this journal ran. */
export const undo = defineOperation({
  description:
    'Works in reverse document order, only on steps that this journal ran (not those that were found satisfied).\n' +
    'An edited or deleted step is undone by the Undo text recorded when it ran. Stops at the first failure.',
  examples: ['runbook undo', 'runbook undo AUTODOCK.md --only start-caddy', 'runbook undo --dry-run'],
  input,
  run: async (context, flags): Promise<UndoReport> => {
    const prepared = await prepare(context, flags);
    if (flags.dryRun) return await dryRun(context, prepared, flags);
    const approved = await requireApprovalOn(context, prepared, flags);
    const session = await openSession(context, prepared, flags, { approved });
    try {
      const opened = await openPass(context, session, {
        command: 'undo',
        force: false,
        keepGoing: false,
        jobs: 1,
        askEachStep: false,
      });
      try {
        const { plan, journal } = opened.pass;
        const ids = new Set([...plan.steps.map(({ step }) => step.id), ...journal.memory.keys()]);
        refuseUnknownId('only', flags.only, session.runbook.file, [...ids]);
        const done = undoables(opened.pass, flags.only);
        const recorded = await requireRecorded(context, { ...prepared, approved }, done);
        const report = await undoSteps(opened.pass, done, recorded);
        // The next replay after an undo is a new pass, not the rest of the previous one.
        const outcome = report.failed ? 'failed' : 'done';
        await opened.end(outcome);
        const summary = { acted: report.undone.length, outcome } as const;
        await renewBaseline(context, session, { id: journal.pass.id, summary });
        return { file: flags.file, box: session.box.identity.name, ...report };
      } finally {
        await opened.close();
      }
    } finally {
      await session.box.close();
    }
  },
  exit: (report) => (report.failed ? EXIT.failed : EXIT.done),
});

/**
 * The Undo of an edited or removed step exists only in the journal, in the project, where others may write: the
 * document's approval does not cover it.
 * @throws RunbookError 3 if no one confirms that it may run
 */
async function requireRecorded(
  context: OperationContext,
  document: ApprovedDocument,
  done: readonly Undoable[],
): Promise<ApprovedClosure | undefined> {
  const recorded = done.filter((each) => each.recorded && each.undo.length > 0);
  if (recorded.length === 0) return undefined;
  const parts = recorded.flatMap(({ id, undo: actions }) => actions.map((each) => partOfAction(each, id)));
  const names = recorded.map(({ id }) => id).join(', ');
  const question = `The Undo of ${names} is recorded in the journal but no longer in the document.`;
  return await requireParts(context, document, parts, question);
}
