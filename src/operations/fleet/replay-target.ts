import type { Target } from '../../fleet/inventory.ts';
import { type Diagnostic, RunbookError } from '../../model/diagnostic.ts';
import type { BoxResult } from '../../model/fleet.ts';
import type { PassEvent, RunEvent, StepOutcome } from '../../model/outcome.ts';
import type { ReplayReport } from '../../model/report.ts';
import type { OperationContext } from '../operation.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import { replayBox } from '../session/replay-box.ts';
import type { ApprovedDocument } from '../session/session.ts';

/** One box of a fleet: the pass that a replay of that box alone would be. Never rejects: trouble of one is not the others'. */
export async function replayTarget(
  context: OperationContext,
  { approved, ...prepared }: ApprovedDocument,
  flags: ReplayFlags,
  target: Target,
): Promise<BoxResult> {
  const { world } = context;
  const started = world.now();
  const { name, on } = target;
  const at = () => new Date(world.now()).toISOString();
  context.emit({ type: 'box-started', at: at(), target: name });
  const ended: Ended[] = [];
  let began = false;
  const emit = (event: RunEvent) => {
    began ||= event.type === 'pass-started';
    if (event.type === 'step-finished') ended.push({ ...event, id: event.step });
    // A pass tells of itself only, so each of its events is one of a pass.
    context.emit({ ...(event as PassEvent), target: name });
  };
  const told = await replayBox(
    // A signal of its own: hundreds of boxes would be hundreds of listeners on one.
    { ...context, emit, signal: AbortSignal.any([context.signal]) },
    prepared,
    { ...flags, on, input: { ...target.inputs, ...flags.input } },
    { approved: approved.forInputs(Object.keys(target.inputs)) },
  ).then(passed, (error: unknown) => broken(error, { began, ended, signal: context.signal }));
  const result = { target: name, on, ms: world.now() - started, ...told };
  const { outcome, ms, message } = result;
  for (const diagnostic of told.diagnostics) emit({ type: 'diagnostic', diagnostic });
  context.emit({ type: 'box-finished', at: at(), target: name, outcome, ms, message });
  return result;
}

type Told = Pick<BoxResult, 'outcome' | 'summary' | 'steps' | 'diagnostics' | 'message'>;

function passed({ summary, steps }: ReplayReport): Told {
  return {
    outcome: summary.outcome,
    summary,
    steps: steps.map((step) => ({ ...step, outcome: slim(step.outcome) })),
    diagnostics: [],
    message: messageOf(steps, summary),
  };
}

/** What stopped it, else the totals. */
function messageOf(steps: ReplayReport['steps'], { acted, skipped }: ReplayReport['summary']): string {
  const stopped = steps.find(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'person');
  if (stopped && 'failure' in stopped.outcome) return `${stopped.id}: ${stopped.outcome.failure.message}`;
  return acted === 0 ? `nothing to do, ${skipped} skipped` : `${acted} acted, ${skipped} skipped`;
}

/** Hundreds of boxes times their steps times their checks: of what went well nobody reads the checks again. */
function slim(outcome: StepOutcome): StepOutcome {
  return outcome.kind === 'acted' || outcome.kind === 'skipped' ? { ...outcome, checks: [] } : outcome;
}

/** A step as its event told it. */
interface Ended {
  readonly id: string;
  readonly title: string;
  readonly outcome: StepOutcome;
}

/**
 * A box that cannot be opened or lacks something is refused; one that was lost in the middle of its pass has failed, and
 * what its steps came to until then is known from what was told. Anything else thrown is a defect, told as such.
 */
function broken(
  error: unknown,
  { began, ended, signal }: { began: boolean; ended: readonly Ended[]; signal: AbortSignal },
): Told {
  const diagnostics: readonly Diagnostic[] =
    error instanceof RunbookError
      ? error.diagnostics
      : [
          {
            code: 'defect',
            severity: 'error',
            message: `runbook itself failed on this box: ${error instanceof Error ? error.message : String(error)}`,
            remedy: 'Please report it; what the journal confirmed is safe.',
          },
        ];
  const first = diagnostics.find(({ severity }) => severity === 'error') ?? diagnostics[0];
  return {
    outcome: signal.aborted ? 'aborted' : began ? 'failed' : 'refused',
    steps: ended.map(({ id, title, outcome }) => ({ id, title, outcome: slim(outcome) })),
    diagnostics,
    message: first?.message ?? '',
  };
}
