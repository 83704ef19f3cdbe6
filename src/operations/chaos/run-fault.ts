import type { LaunchedBox } from '../../boxes/find-box.ts';
import { RunbookError } from '../../model/diagnostic.ts';
import type { RunEvent } from '../../model/outcome.ts';
import type { FaultResult } from '../../model/reports/chaos.ts';
import type { ChosenFault } from '../../plan/choose-faults.ts';
import type { OperationContext } from '../operation.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import { chosenBox } from '../session/box-target.ts';
import { replayBox } from '../session/replay-box.ts';
import type { ApprovedDocument } from '../session/session.ts';
import { faultInjectorFor } from './inject-fault.ts';

/** A box that needs more passes to recover counts as lost. */
const MAX_PASSES = 3;

/** Valid reasons for a confirmed step to act again: the box has changed. */
const REPEATABLE_REASONS = new Set(['drifted', 'needs-acted', 'state-needed', 'obstacle']);

/** One fault: a pass with the fault injected at the start of a step, then the same command until every check passes. */
export async function runFault(
  given: OperationContext,
  document: ApprovedDocument,
  flags: ReplayFlags,
  { fault, step }: ChosenFault,
  launched: LaunchedBox,
): Promise<FaultResult> {
  const context = { ...given, within: `chaos: ${fault} at ${step}` };
  const { world } = context;
  const box = await world.openBox({ folder: document.document.folder, env: {}, target: chosenBox(flags.on) });
  try {
    const injector = faultInjectorFor(fault, launched, box);
    const story = new FaultStory(context.emit);
    let injected: Promise<Injected> | undefined;
    const emit = (event: RunEvent) => {
      story.record(event);
      if (event.type === 'pass-started') injector.prepare();
      if (event.type === 'step-started' && event.step === step && !injected)
        injected = injectFault(injector.inject, world.now);
    };
    const faulty = await passOnce({ ...context, emit }, document, flags);
    const done = await injected;
    if (done === undefined) return skipped(fault, step, `the pass did not reach ${step}: ${faulty.message}`);
    if (typeof done.remove === 'string') return skipped(fault, step, done.remove);
    await done.remove();
    const removed = world.now();
    const again = faulty.done
      ? { done: true, passes: 0, message: '' }
      : await resume(context, document, flags, story);
    const ms = { recoveredMs: world.now() - done.at, faultMs: removed - done.at };
    return {
      ...{ fault, step, hurt: faulty.message, passes: again.passes, repeated: story.repeated },
      ...(again.done ? ms : {}),
      outcome: faulty.done ? 'survived' : again.done ? 'recovered' : 'lost',
      message: again.message,
    };
  } finally {
    await box.close();
  }
}

interface Injected {
  readonly at: number;
  readonly remove: (() => Promise<void>) | string;
}

async function injectFault(inject: () => Promise<Injected['remove']>, now: () => number): Promise<Injected> {
  const at = now();
  try {
    return { at, remove: await inject() };
  } catch (error) {
    return { at, remove: (error as Error).message };
  }
}

/** Runs the same command, as often as allowed. */
async function resume(
  context: OperationContext,
  document: ApprovedDocument,
  flags: ReplayFlags,
  story: FaultStory,
): Promise<{ done: boolean; passes: number; message: string }> {
  let message = '';
  for (let passes = 1; passes <= MAX_PASSES && !context.signal.aborted; passes += 1) {
    story.newPass();
    const emit = (event: RunEvent) => story.record(event);
    const pass = await passOnce({ ...context, emit }, document, { ...flags, force: false });
    if (pass.done) return { done: true, passes, message: pass.message };
    message = pass.message;
  }
  return { done: false, passes: MAX_PASSES, message };
}

/** A pass that cannot start has failed too. */
async function passOnce(
  context: OperationContext,
  document: ApprovedDocument,
  flags: ReplayFlags,
): Promise<{ done: boolean; message: string }> {
  try {
    const { summary, steps } = await replayBox(context, document, flags, document);
    const stopped = steps.find(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'person');
    const why =
      stopped && 'failure' in stopped.outcome ? `${stopped.id}: ${stopped.outcome.failure.message}` : '';
    return {
      done: summary.outcome === 'done',
      message: why || `${summary.acted} acted, ${summary.skipped} skipped`,
    };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    return { done: false, message: error.diagnostics[0]?.message ?? error.message };
  }
}

/** Records which steps were confirmed, and which of them acted again without need. */
class FaultStory {
  readonly repeated: string[] = [];
  readonly #confirmed = new Set<string>();
  #resuming = false;

  constructor(private readonly emit: OperationContext['emit']) {}

  newPass(): void {
    this.#resuming = true;
  }

  record(event: RunEvent): void {
    this.emit(event);
    if (event.type === 'step-started' && this.#resuming && this.#confirmed.has(event.step)) {
      if (!REPEATABLE_REASONS.has(event.reason)) this.repeated.push(event.step);
    }
    if (event.type === 'step-finished' && ['acted', 'skipped'].includes(event.outcome.kind))
      this.#confirmed.add(event.step);
  }
}

const skipped = (fault: FaultResult['fault'], step: string, message: string): FaultResult => ({
  ...{ fault, step, outcome: 'skipped', passes: 0, repeated: [], message },
});
