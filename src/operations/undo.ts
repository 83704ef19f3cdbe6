import { z } from 'zod';
import type { Action } from '../model/action.ts';
import { EXIT } from '../model/diagnostic.ts';
import type { AppliedObjectKey, StepMemory } from '../model/journal.ts';
import type { PlanStep } from '../model/plan.ts';
import type { UndoReport } from '../model/reports/report.ts';
import type { Step } from '../model/runbook.ts';
import type { ShellState } from '../model/shell.ts';
import { partOfAction } from '../plan/closure-parts.ts';
import { requireApprovalOn, requireParts } from './approval/approval.ts';
import type { ApprovedClosure } from './approval/approved-closure.ts';
import { refuseUnknownId } from './document/known-id.ts';
import { renewBaseline } from './drift/renew-baseline.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { perform } from './pass/actions/perform.ts';
import type { FenceFailure } from './pass/actions/performing.ts';
import { openPass } from './pass/open.ts';
import { StepOutput } from './pass/output.ts';
import type { Pass } from './pass/pass.ts';
import { wholeOutput } from './pass/whole-output.ts';
import { type ApprovedDocument, openSession, prepare } from './session/session.ts';
import { sessionFlags } from './session/session-flags.ts';

const input = z.object({
  ...sessionFlags,
  only: z.string().optional().describe('undo only this step').meta({ placeholder: 'ID' }),
});

/** A step that the journal records as done, with the Undo for what was done. */
interface Undoable {
  readonly id: string;
  readonly title: string;
  readonly memory: StepMemory;
  readonly planned?: PlanStep;
  readonly undo: readonly Action[];
  /** The step was edited or removed: its Undo is the one recorded when it ran. */
  readonly recorded: boolean;
}

/** Runs the Undo parts in reverse over what this journal ran. */
export const undo = defineOperation({
  name: 'undo',
  summary: 'run the Undo parts in reverse for what was done here',
  description:
    'Works in reverse document order, only on steps that this journal ran (not those that were found satisfied).\n' +
    'An edited or deleted step is undone by the Undo text recorded when it ran. Stops at the first failure.',
  examples: ['runbook undo', 'runbook undo AUTODOCK.md --only start-caddy'],
  effect: 'act',
  input,
  run: async (context, flags): Promise<UndoReport> => {
    const prepared = await prepare(context, flags);
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
        const report = await undoAll(opened.pass, done, recorded);
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

async function undoAll(
  pass: Pass,
  done: readonly Undoable[],
  recorded: ApprovedClosure | undefined,
): Promise<Omit<UndoReport, 'file' | 'box'>> {
  const undone: UndoReport['undone'][number][] = [];
  const deleted: AppliedObjectKey[] = [];
  for (const each of done) {
    if (!canUndo(each)) continue;
    const started = pass.now();
    const failed = await undoStep(each.recorded ? { ...pass, approved: recorded } : pass, each);
    if (failed) {
      pass.note({ type: 'undo-failed', step: each.id, message: failed.message });
      return { undone, withoutUndo: withoutUndo(done), failed };
    }
    deleted.push(...(each.memory.applied ?? []).filter(({ created }) => created));
    pass.journal.append({ kind: 'undone', step: each.id });
    await pass.journal.durable();
    const ms = pass.now() - started;
    pass.note({ type: 'undone', step: each.id, ms });
    undone.push({ id: each.id, title: each.title, ms });
  }
  const gone = done.filter((each) => !canUndo(each) && onlyPatched(each, deleted));
  for (const { id, title } of gone) {
    pass.journal.append({ kind: 'undone', step: id });
    undone.push({ id, title, ms: 0 });
  }
  await pass.journal.durable();
  return { undone, withoutUndo: withoutUndo(done.filter((each) => !gone.includes(each))) };
}

function withoutUndo(done: readonly Undoable[]): string[] {
  return done.filter((each) => !canUndo(each)).map(({ id }) => id);
}

/** Whether the step only patched objects that are deleted, so that nothing of it is left. */
function onlyPatched({ planned }: Undoable, deleted: readonly AppliedObjectKey[]): boolean {
  const actions = planned?.step.actions ?? [];
  const isGone = (action: Action) =>
    action.kind === 'patch' &&
    deleted.some(
      ({ kind, name, namespace }) =>
        action.target.toLowerCase() === `${kind.toLowerCase()}/${name}` &&
        (namespace === undefined || namespace === action.namespace),
    );
  return actions.length > 0 && actions.every(isGone);
}

async function undoStep(pass: Pass, undoable: Undoable): Promise<UndoReport['failed'] | undefined> {
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
      return { id, title, message, ...nextStep(performed.failure, undoable), ...tail };
    }
    state = performed.state;
  }
  // The Undo may end its own processes in its own way; the remaining ones are ended afterwards.
  for (const { fence: _, ...process } of memory.background) await pass.box.stop(process);
  const left = await deleteObjects(pass, memory, state, output);
  if (left === undefined) return undefined;
  const remedy = 'Fix the reported cause and run the same command again. It continues with this step.';
  return { id, title, message: left, remedy, place: planned?.step.place, outputTail: output.tail };
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

/** Deletes the step's objects in a cluster, in reverse. Returns the reason if that fails. */
async function deleteObjects(
  pass: Pass,
  { applied = [] }: StepMemory,
  state: ShellState,
  output: StepOutput,
): Promise<string | undefined> {
  if (applied.length === 0) return undefined;
  const { deleteAppliedObjects: takeBackApplied } = await import('./pass/actions/apply-action.ts');
  output.begin();
  try {
    await takeBackApplied(applied, { pass, state, signal: pass.signal }, (line) =>
      output.push(Buffer.from(`${line}\n`)),
    );
    return undefined;
  } catch (error) {
    return pass.masker.mask((error as Error).message);
  } finally {
    output.end();
  }
}

/** Whether there is an Undo part, or something that needs none: a process left running, objects in a cluster. */
function canUndo({ undo: actions, memory }: Undoable): boolean {
  return actions.length > 0 || memory.background.length > 0 || hasApplied(memory);
}

function hasApplied({ applied = [] }: StepMemory): boolean {
  return applied.length > 0;
}

/** The last step of the pass first. Also restores the state of the steps, because an Undo may use it. */
function undoables(pass: Pass, only: string | undefined): Undoable[] {
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
function positionOf({ plan, journal }: Pass, own: number | undefined, { actedSeq }: StepMemory): number {
  if (own !== undefined) return own;
  const before = ({ step }: PlanStep) => (journal.memory.get(step.id)?.actedSeq ?? Infinity) < actedSeq;
  return plan.steps.findLastIndex(before) + 0.5;
}

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
