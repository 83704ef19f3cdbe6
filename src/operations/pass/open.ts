import { substitute } from '../../base/substitute.ts';
import { removeLeftDrafts } from '../../journal/draft.ts';
import { type Journal, openJournal } from '../../journal/journal.ts';
import { startRecord } from '../../journal/passes/pass-recorder.ts';
import { findRenames } from '../../journal/renames.ts';
import { splitState } from '../../journal/shell-state.ts';
import type { BackgroundProcess } from '../../model/box.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { JournalState } from '../../model/journal.ts';
import type { PassSummary, RunEvent } from '../../model/outcome.ts';
import type { RecordNote } from '../../model/pass-record.ts';
import type { PlanStep } from '../../model/plan.ts';
import { inputsHash, inventoryName } from '../../plan/hash.ts';
import type { Masker } from '../../secrets/mask.ts';
import { isTelemetryOn, traceContextOf, traceparentOf } from '../../telemetry/trace-context.ts';
import type { World } from '../../world.ts';
import type { OperationContext } from '../operation.ts';
import type { Session } from '../session/session.ts';
import { startTelemetry } from '../telemetry/start-telemetry.ts';
import { StepGate } from './gate.ts';
import { lookupIn, type Pass, type PassOptions } from './pass.ts';
import { recordStart } from './record-start.ts';
import { CarriedStates, type StateChange } from './state.ts';

/** A pass with its lock and journal, to be ended and closed. */
export interface OpenPass {
  readonly pass: Pass;
  /** Writes how the pass ended; only a pass that is done is not gone on with. */
  end(outcome: PassSummary['outcome']): Promise<void>;
  /** Stops processes that may not outlive the pass, closes the journal, releases the lock. */
  close(): Promise<void>;
}

/**
 * Takes the box's lock, opens the journal, and gathers what all steps share.
 * @throws RunbookError 3 where another pass holds the lock, or the journal cannot be written.
 */
export async function openPass(
  context: OperationContext,
  session: Session,
  options: PassOptions,
): Promise<OpenPass> {
  const { world } = context;
  const { document, box, plan, runbook } = session;
  const lock = await box.state.lock({
    command: options.command ?? 'replay',
    document: document.path,
    now: world.now,
  });
  if (lock.kind === 'held') throw new RunbookError([lock.diagnostic], EXIT.person);
  try {
    const journal = await openJournal({
      document: document.path,
      folder: document.folder,
      box: box.identity,
      state: box.state,
      keys: world.folders.person,
      boxFolder: box.folder,
      now: world.now,
      version: world.version,
    });
    await removeLeftDrafts(document.path);
    const steps = plan.steps.map(({ step, actionHash }) => ({ id: step.id, action: actionHash }));
    for (const [to, from] of findRenames(journal.memory, steps)) journal.renameStep(from, to);
    const recorder = await startRecord(document.folder, recordStart(context, session, options), world.now);
    const { id: recordId } = recorder;
    const emit = (event: RunEvent): void => {
      recorder.record(event);
      context.emit(event);
    };
    const pass = {
      ...passOf(context, session, { options, journal }),
      emit,
      note: (note: RecordNote) => recorder.record(note),
      ...(recordId === undefined
        ? {}
        : { recordId, ...traced(world, { folder: document.folder, id: recordId }) }),
    };
    let ended: PassSummary['outcome'] = 'aborted';
    emit({
      type: 'pass-started',
      at: new Date(world.now()).toISOString(),
      pass: journal.pass.id,
      file: runbook.file,
      name: runbook.name,
      box: box.identity.name,
      // An undo goes backwards over what was done: it is not the rest of a pass.
      resumed: options.command === undefined && journal.pass.resumed,
      steps: plan.steps.map(({ step }) => ({ id: step.id, title: step.title, kind: step.kind })),
    });
    for (const diagnostic of journal.diagnostics) emit({ type: 'diagnostic', diagnostic });
    return {
      pass,
      end: async (outcome) => {
        ended = outcome;
        const whole = options.only === undefined && options.from === undefined;
        if (outcome === 'done' && whole) journal.append({ kind: 'pass-ended', outcome });
        // The failed step has already reported what the lost box did not confirm.
        await (outcome === 'done' ? journal.durable() : journal.durable().catch(unlessLost));
      },
      close: async () => {
        for (const process of pass.endWithPass) await box.stop(process);
        await recorder.end(ended);
        if (recordId !== undefined)
          startTelemetry(world, document.folder, [recordId, '--file', document.path]);
        await journal.close().catch(unlessLost);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What programs of a step read as `TRACEPARENT`, if the pass is sent as a trace. */
function traced({ env }: World, place: { folder: string; id: string }): Pick<Pass, 'traceparent'> {
  if (!isTelemetryOn(env)) return {};
  const context = traceContextOf(env, place);
  return { traceparent: (step) => traceparentOf(context, step) };
}

/** A lost box releases its lock automatically, and what it did not confirm stays unconfirmed. */
function unlessLost(error: unknown): void {
  const isLost = error instanceof RunbookError && error.diagnostics.some(({ code }) => code === 'box-lost');
  if (!isLost) throw error;
}

/** What all steps of a pass share. Without a journal it is a preview, which may ask but not act. */
export function passOf(
  { world, emit, signal }: OperationContext,
  session: Session,
  { options = READ_ONLY_OPTIONS, journal = NO_JOURNAL }: { options?: PassOptions; journal?: Journal } = {},
): Pass {
  const { plan, box, masker, declared, facts, approved, checksApproved, audience, shown } = session;
  return {
    plan,
    options,
    box,
    journal,
    masker,
    approved,
    checksApproved,
    audience,
    shown,
    state: new CarriedStates(plan.steps, box.baseline),
    folder: box.folder,
    documentFolder: session.document.folder,
    inventory: inventoryName(box.identity.id, session.document.path),
    declared,
    facts,
    substitute: (text, state) => substitute(text, lookupIn(session, state)).text,
    backgroundLog: (step, fence) =>
      session.inputs.some((each) => each.kind === 'secret') ? '/dev/null' : journal.logPath(step, fence),
    keptState: (change) => keptState(change, masker),
    inputsHashOf: inputsHasher(session),
    endWithPass: new Set<BackgroundProcess>(),
    gate: new StepGate(),
    emit,
    note() {},
    signal,
    now: world.now,
    ...(world.person ? { person: world.person } : {}),
  };
}

const READ_ONLY_OPTIONS: PassOptions = { force: false, keepGoing: true, jobs: 1, askEachStep: false };

/** Used where a preview has no journal: any access is a defect. */
const NO_JOURNAL = new Proxy({} as Journal, {
  get: (_, name) => {
    throw new Error(`a preview has no journal (${String(name)})`);
  },
});

function keptState(change: StateChange, masker: Masker): JournalState | undefined {
  if (change.variables.size === 0 && change.cwd === undefined) return undefined;
  return splitState(change, (value) => masker.holdsSecret(value));
}

/** Hashes the values of the inputs that a step names, once a step. */
function inputsHasher({ declared, box }: Session): (planned: PlanStep) => string {
  const known = new Map<PlanStep, string>();
  return (planned) => {
    const hash =
      known.get(planned) ??
      inputsHash(
        box.identity.id,
        planned.inputs.map((name) => [name, declared.get(name) ?? ''] as const),
      );
    known.set(planned, hash);
    return hash;
  };
}
