import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import type { StepMemory } from '../model/journal.ts';
import type { PlanStep } from '../model/plan.ts';
import type { StatusReport } from '../model/reports/report.ts';
import { leasesAt } from './approval/leases-at.ts';
import { defineOperation } from './operation.ts';
import { openPreview } from './pass/preview.ts';
import { openSession, prepare } from './session/session.ts';
import { boxFlag, fileFlag } from './session/session-flags.ts';

const input = z.object({ ...fileFlag, ...boxFlag });

/** Shows what the journal says about each step, without accessing the box. */
export const status = defineOperation({
  name: 'status',
  summary: 'show the recorded state of each step on this box',
  description: 'Reads only the journal: runs no check and writes nothing.',
  examples: ['runbook status', 'runbook status --json'],
  effect: 'read',
  input,
  run: async (context, flags): Promise<StatusReport> => {
    const prepared = await prepare(context, { ...flags, loose: true });
    const session = await openSession(context, prepared, { input: {}, on: flags.on });
    try {
      const preview = await openPreview(context, session);
      const { lastPass } = preview.journal;
      const place = { document: prepared.document.path, box: session.box.identity.id };
      const leases = await leasesAt(context.world, place);
      return {
        file: flags.file,
        box: session.box.identity.name,
        journal: preview.journal.path,
        steps: session.plan.steps.map((planned) => stepStatus(planned, preview.memory(planned))),
        ...(leases.length > 0 ? { leases } : {}),
        ...(lastPass ? { pass: { id: lastPass.id, ended: lastPass.ended !== undefined } } : {}),
      };
    } finally {
      await session.box.close();
    }
  },
  exit: () => EXIT.done,
});

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
