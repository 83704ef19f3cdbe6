import { pluralize } from '../../base/pluralize.ts';
import type { Action } from '../../model/action.ts';
import type { UndoReport } from '../../model/reports/report.ts';
import { refuseUnknownId } from '../document/known-id.ts';
import type { OperationContext } from '../operation.ts';
import { openPreview } from '../pass/preview.ts';
import { openSession, type Prepared, type SessionInput } from '../session/session.ts';
import { canUndo, undoables, withoutUndo } from './undo-steps.ts';

/** What would be undone, in that order. Takes no lock, and runs and writes nothing. */
export async function dryRun(
  context: OperationContext,
  prepared: Prepared,
  flags: SessionInput & { readonly only?: string | undefined },
): Promise<UndoReport> {
  const session = await openSession(context, prepared, flags);
  try {
    const { journal, pass } = await openPreview(context, session);
    const ids = new Set([...pass.plan.steps.map(({ step }) => step.id), ...journal.memory.keys()]);
    refuseUnknownId('only', flags.only, session.runbook.file, [...ids]);
    const done = undoables({ plan: pass.plan, state: pass.state, journal }, flags.only);
    const would = done.filter(canUndo).map(({ id, title, undo: actions, memory, recorded }) => ({
      ...{ id, title, recorded },
      actions: actions.map((action) => pass.masker.mask(summaryOf(action))),
      processes: memory.background.length,
      objects: (memory.applied ?? []).filter(({ created }) => created).length,
    }));
    const box = session.box.identity.name;
    return { file: flags.file, box, undone: [], withoutUndo: withoutUndo(done), would };
  } finally {
    await session.box.close();
  }
}

/** The first line of a fence of an Undo, and how many more there are. */
function summaryOf({ kind, text }: Action): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  const more = lines.length > 1 ? ` (and ${pluralize(lines.length - 1, 'line')} more)` : '';
  return `${kind}: ${lines[0] ?? 'empty'}${more}`;
}
