import { z } from 'zod';
import { listDigests } from '../journal/passes/read-record.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { StepMemory } from '../model/journal.ts';
import type { PlanStep } from '../model/plan.ts';
import type { StatusReport } from '../model/reports/report.ts';
import { leasesAt } from './approval/leases-at.ts';
import { defineOperation } from './operation.ts';
import { openPreview } from './pass/preview.ts';
import { type StepHistory, stepHistory } from './record/step-history.ts';
import { openSession, prepare, type Session } from './session/session.ts';
import { boxFlag, fileFlag } from './session/session-flags.ts';

const input = z.object({ ...fileFlag, ...boxFlag });

/** Shows what the journal says about each step, without accessing the box. */
export const status = defineOperation({
  description:
    'Reads only the journal and the recorded passes: runs no check and writes nothing. Says when each step last held, how often\n' +
    'each recorded Fix fired, and which Fix is old: it has not fired for 90 days.',
  examples: ['runbook status', 'runbook status --json'],
  input,
  run: async (context, flags): Promise<StatusReport> => {
    const prepared = await prepare(context, { ...flags, loose: true });
    const session = await openSession(context, prepared, { input: {}, on: flags.on });
    try {
      const preview = await openPreview(context, session);
      const { lastPass } = preview.journal;
      const place = { document: prepared.document.path, box: session.box.identity.id };
      const leases = await leasesAt(context.world, place);
      const history = await historyOn(session, context.world.now());
      return {
        file: flags.file,
        box: session.box.identity.name,
        journal: preview.journal.path,
        steps: session.plan.steps.map((planned) => ({
          ...stepStatus(planned, preview.memory(planned)),
          ...lastHeld(history.lastHeld(planned.step.id)),
        })),
        problems: session.runbook.steps
          .filter(({ kind }) => kind === 'problem')
          .map(({ id, title }) => ({ id, title, ...history.fired(id) })),
        ...(leases.length > 0 ? { leases } : {}),
        ...(lastPass ? { pass: { id: lastPass.id, ended: lastPass.ended !== undefined } } : {}),
      };
    } finally {
      await session.box.close();
    }
  },
  exit: () => EXIT.done,
});

const lastHeld = (at: string | undefined) => (at === undefined ? {} : { lastHeld: at });

/** What was recorded of this document on this box. */
export async function historyOn(
  { document, runbook, box }: Pick<Session, 'document' | 'runbook' | 'box'>,
  now: number,
): Promise<StepHistory> {
  const digests = await listDigests(document.folder);
  const own = digests.filter((each) => each.box === box.identity.name && each.name === runbook.name);
  return stepHistory(own, now);
}

/** What the journal knows of one step as the document has it now. */
export function stepStatus(
  { step, actionHash }: PlanStep,
  memory: StepMemory | undefined,
): StatusReport['steps'][number] {
  const edited = memory?.status === 'confirmed' && memory.action !== actionHash;
  const known = memory ? (edited ? 'edited' : memory.status) : 'new';
  return {
    id: step.id,
    title: step.title,
    status: known,
    ...(memory?.at === undefined ? {} : { at: memory.at }),
  };
}
