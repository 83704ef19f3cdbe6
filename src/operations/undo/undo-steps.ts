import type { Action } from '../../model/action.ts';
import type { ObjectKey } from '../../model/cluster/kube.ts';
import type { StepMemory } from '../../model/journal.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { UndoReport } from '../../model/reports/report.ts';
import type { Step } from '../../model/runbook.ts';
import type { ShellState } from '../../model/shell.ts';
import type { ApprovedClosure } from '../approval/approved-closure.ts';
import { perform } from '../pass/actions/perform.ts';
import type { FenceFailure } from '../pass/actions/performing.ts';
import { StepOutput } from '../pass/output.ts';
import type { Pass } from '../pass/pass.ts';
import { wholeOutput } from '../pass/whole-output.ts';

/** What is read of a pass, or of a preview, to find what can be undone. */
interface UndoView extends Pick<Pass, 'plan' | 'state'> {
  readonly journal: Pick<Pass['journal'], 'memory'>;
}

/** A step that the journal records as done, with the Undo for what was done. */
export interface Undoable {
  readonly id: string;
  readonly title: string;
  readonly memory: StepMemory;
  readonly planned?: PlanStep;
  readonly undo: readonly Action[];
  /** The step was edited or removed: its Undo is the one recorded when it ran. */
  readonly recorded: boolean;
}

/** Undoes these steps, the first one first, and stops at the first failure. */
export async function undoSteps(
  pass: Pass,
  done: readonly Undoable[],
  recorded: ApprovedClosure | undefined,
): Promise<Omit<UndoReport, 'file' | 'box'>> {
  const undone: UndoReport['undone'][number][] = [];
  const gone: ObjectKey[] = [];
  const isUndone = ({ id }: Undoable) => undone.some((each) => each.id === id);
  const stay = () => withoutUndo(done.filter((each) => !isUndone(each)));
  for (const each of done) {
    if (!canUndo(each)) continue;
    const started = pass.now();
    const ended = await undoStep(each.recorded ? { ...pass, approved: recorded } : pass, each);
    if ('failed' in ended) {
      pass.note({ type: 'undo-failed', step: each.id, message: ended.failed.message });
      return { undone, withoutUndo: stay(), failed: ended.failed };
    }
    gone.push(...ended.gone);
    const alongside = done.filter((other) => !isUndone(other) && isGoneWith(other, gone));
    for (const { id } of [each, ...alongside]) pass.journal.append({ kind: 'undone', step: id });
    await pass.journal.durable();
    const ms = pass.now() - started;
    for (const { id, title } of [each, ...alongside]) {
      pass.note({ type: 'undone', step: id, ms });
      undone.push({ id, title, ms });
    }
  }
  return { undone, withoutUndo: stay() };
}

/** Ids of the steps that stay as they are. */
export function withoutUndo(done: readonly Undoable[]): string[] {
  const created = done.flatMap(({ memory }) => memory.applied ?? []).filter((each) => each.created);
  return done.filter((each) => !canUndo(each) && !isGoneWith(each, created)).map(({ id }) => id);
}

/** Whether the step only patched these objects, so that nothing of it is left once they are deleted. */
function isGoneWith(undoable: Undoable, objects: readonly ObjectKey[]): boolean {
  if (canUndo(undoable) || undoable.recorded) return false;
  const actions = undoable.planned?.step.actions ?? [];
  const isGone = (action: Action) =>
    action.kind === 'patch' &&
    objects.some(
      ({ kind, name, namespace }) =>
        action.target.toLowerCase() === `${kind.toLowerCase()}/${name}` &&
        (namespace === undefined || namespace === action.namespace),
    );
  return actions.length > 0 && actions.every(isGone);
}

/** How the Undo of a step ended. `gone`: objects of a cluster that no longer exist. */
type Ended = { readonly failed: NonNullable<UndoReport['failed']> } | { readonly gone: readonly ObjectKey[] };

async function undoStep(pass: Pass, undoable: Undoable): Promise<Ended> {
  const { id, title, undo: actions, planned, memory } = undoable;
  const output = new StepOutput(pass.masker, (text) => pass.emit({ type: 'output', step: id, text }));
  let state: ShellState = planned ? pass.state.after(planned.step.id) : { variables: new Map() };
  for (const action of actions) {
    const performed = await perform(action, {
      pass,
      step: id,
      state,
      output,
      signal: pass.signal,
      log: pass.backgroundLog(id, 0),
    });
    if (!performed.ok) {
      const message = pass.masker.mask(performed.failure.message);
      const tail = { outputTail: output.tail, ...wholeOutput(pass, id, output) };
      return { failed: { id, title, message, ...nextStep(performed.failure, undoable), ...tail } };
    }
    state = performed.state;
  }
  // The Undo may end its own processes in its own way; the remaining ones are ended afterwards.
  for (const { fence: _, ...process } of memory.background) await pass.box.stop(process);
  const deleted = await deleteObjects(pass, memory, state, output);
  if ('gone' in deleted) return deleted;
  const remedy = 'Fix the reported cause and run the same command again. It continues with this step.';
  const place = planned?.step.place;
  return { failed: { id, title, message: deleted.reason, remedy, place, outputTail: output.tail } };
}

/** The place of a failed fence of an Undo, and how to continue. */
function nextStep(
  { kind, remedy, place }: FenceFailure,
  { recorded, planned }: Undoable,
): Pick<NonNullable<UndoReport['failed']>, 'remedy' | 'place'> {
  const again = 'run the same command again, which continues with this step';
  if (recorded) {
    const journaled = 'This Undo was recorded when the step ran, so editing the document does not change it';
    return { remedy: `Fix what its output reports and ${again}. ${journaled}.`, place: planned?.step.place };
  }
  return {
    remedy: kind === 'exit' ? `Fix what its output reports, or edit this Undo, and ${again}.` : remedy,
    place,
  };
}

/** Deletes the step's objects in a cluster, in reverse. */
async function deleteObjects(
  pass: Pass,
  { applied = [] }: StepMemory,
  state: ShellState,
  output: StepOutput,
): Promise<{ readonly gone: readonly ObjectKey[] } | { readonly reason: string }> {
  if (applied.length === 0) return { gone: [] };
  const { deleteAppliedObjects } = await import('../pass/actions/apply-action.ts');
  output.begin();
  try {
    const gone = await deleteAppliedObjects(applied, { pass, state, signal: pass.signal }, (line) =>
      output.push(Buffer.from(`${line}\n`)),
    );
    return { gone };
  } catch (error) {
    return { reason: pass.masker.mask((error as Error).message) };
  } finally {
    output.end();
  }
}

/** Whether there is an Undo part, or something that needs none: a process left running, objects in a cluster. */
export function canUndo({ undo: actions, memory }: Undoable): boolean {
  return actions.length > 0 || memory.background.length > 0 || hasApplied(memory);
}

function hasApplied({ applied = [] }: StepMemory): boolean {
  return applied.length > 0;
}

/** The last step of the pass first. Also restores the state of the steps, because an Undo may use it. */
export function undoables(pass: UndoView, only: string | undefined): Undoable[] {
  const planned = new Map(pass.plan.steps.map((each) => [each.step.id, each]));
  const positions = new Map(pass.plan.steps.map(({ step }, at) => [step.id, at]));
  for (const each of pass.plan.steps) {
    const kept = pass.journal.memory.get(each.step.id)?.state;
    if (kept) pass.state.restore(each, kept);
  }
  return [...pass.journal.memory]
    .filter(
      ([id, memory]) =>
        ((memory.status === 'confirmed' && memory.actedSeq > 0) || hasApplied(memory)) &&
        (only === undefined || only === id),
    )
    .map(([id, memory]) => ({ id, memory, at: positionOf(pass, positions.get(id), memory) }))
    .sort((a, b) => b.at - a.at || b.memory.actedSeq - a.memory.actedSeq)
    .map(({ id, memory }) => {
      const present = planned.get(id);
      const title = present?.step.title ?? memory.title ?? id;
      const recorded = present?.actionHash !== memory.action;
      const undo = recorded ? ((memory.undo ?? []) as Step['undo']) : (present?.step.undo ?? []);
      return { id, title, memory, undo, recorded, ...(present ? { planned: present } : {}) };
    });
}

/**
 * Position of a step in the pass. An early step that acted again is undone at its own position, because later steps
 * depend on it. A step that was removed from the document comes after those that were done before it.
 */
function positionOf({ plan, journal }: UndoView, own: number | undefined, { actedSeq }: StepMemory): number {
  if (own !== undefined) return own;
  const before = ({ step }: PlanStep) => (journal.memory.get(step.id)?.actedSeq ?? Infinity) < actedSeq;
  return plan.steps.findLastIndex(before) + 0.5;
}
