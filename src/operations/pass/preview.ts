import { substitute } from '../../base/substitute.ts';
import { type JournalView, readJournal } from '../../journal/journal.ts';
import { findRenames } from '../../journal/renames.ts';
import type { StepMemory } from '../../model/journal.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import type { CheckContext, CheckQuestion } from './checks.ts';
import { passOf } from './open.ts';
import { lookupIn, type Pass } from './pass.ts';
import { questionsOf } from './questions.ts';

/** A pass that only looks: the same steps, state and questions as a replay's, and a journal that cannot be written. */
export interface Preview {
  readonly journal: JournalView;
  readonly pass: Pass;
  memory(planned: PlanStep): StepMemory | undefined;
  asking(planned: PlanStep): CheckContext;
  /** `ofModel`: an agent wrote the step and no person approved it. */
  questions(planned: PlanStep, options?: Pick<CheckContext, 'ofModel'>): CheckQuestion[];
  /** Replaces names with what the step's fences would see, and masks secrets. */
  show(planned: PlanStep, text: string): string;
}

/** What an agent may not see stays a name. */
function shownTo({ audience, shown }: Pass, lookup: (name: string) => string | undefined) {
  return audience === 'person' ? lookup : (name: string) => (shown.has(name) ? lookup(name) : undefined);
}

/** Opens a preview: reads the journal, restores what confirmed steps left, writes nothing. */
export async function openPreview(context: OperationContext, session: Session): Promise<Preview> {
  const journal = await readJournal({
    document: session.document.path,
    folder: session.document.folder,
    box: session.box.identity,
    state: session.box.state,
    keys: context.world.folders.person,
  });
  const steps = session.plan.steps.map(({ step, actionHash }) => ({ id: step.id, action: actionHash }));
  const renamed = findRenames(journal.memory, steps);
  const memory = (planned: PlanStep) => journal.memory.get(renamed.get(planned.step.id) ?? planned.step.id);
  const pass = passOf(context, session);
  for (const planned of session.plan.steps) {
    const kept = memory(planned)?.state;
    if (kept) pass.state.restore(planned, kept);
  }
  const asking = (planned: PlanStep): CheckContext => ({
    pass,
    state: pass.state.before(planned),
    signal: context.signal,
  });
  return {
    journal,
    pass,
    memory,
    asking,
    questions: (planned, { ofModel = false } = {}) => {
      const background = new Map(
        (memory(planned)?.background ?? []).map(({ fence, ...process }) => [fence, process]),
      );
      return questionsOf(
        planned.step,
        { ...asking(planned), state: pass.state.after(planned.step.id), ofModel },
        background,
      );
    },
    show: (planned, text) =>
      pass.masker.mask(substitute(text, shownTo(pass, lookupIn(pass, pass.state.before(planned)))).text),
  };
}
