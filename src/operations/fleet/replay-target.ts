import type { Target } from '../../fleet/inventory.ts';
import { type Diagnostic, RunbookError } from '../../model/diagnostic.ts';
import type { PassEvent, RunEvent, StepOutcome } from '../../model/outcome.ts';
import type { BoxResult } from '../../model/reports/fleet.ts';
import type { ReplayReport } from '../../model/reports/report.ts';
import type { OperationContext } from '../operation.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import { replayBox } from '../session/replay-box.ts';
import type { ApprovedDocument } from '../session/session.ts';

/**
 * One box of a fleet: the same pass as a replay of that box alone. Never rejects, because an error of one box must not
 * affect the others.
 */
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
  let hasStarted = false;
  const emit = (event: RunEvent) => {
    hasStarted ||= event.type === 'pass-started';
    if (event.type === 'step-finished') ended.push({ ...event, id: event.step });
    // A pass emits only its own events.
    context.emit({ ...(event as PassEvent), target: name });
  };
  const targetOutcome = await replayBox(
    // A separate signal: hundreds of boxes would add hundreds of listeners to one signal.
    { ...context, emit, signal: AbortSignal.any([context.signal]) },
    prepared,
    { ...flags, on, input: { ...target.inputs, ...flags.input } },
    { approved: approved.forInputs(Object.keys(target.inputs)) },
  ).then(passed, (error: unknown) => broken(error, { hasStarted, ended, signal: context.signal }));
  const result = { target: name, on, ms: world.now() - started, ...targetOutcome };
  const { outcome, ms, message } = result;
  for (const diagnostic of targetOutcome.diagnostics) emit({ type: 'diagnostic', diagnostic });
  context.emit({ type: 'box-finished', at: at(), target: name, outcome, ms, message });
  return result;
}

type TargetOutcome = Pick<BoxResult, 'outcome' | 'summary' | 'steps' | 'diagnostics' | 'message'>;

function passed({ summary, steps }: ReplayReport): TargetOutcome {
  return {
    outcome: summary.outcome,
    summary,
    steps: steps.map((step) => ({ ...step, outcome: slim(step.outcome) })),
    diagnostics: [],
    message: messageOf(steps, summary),
  };
}

/** Why it stopped, else the totals. */
function messageOf(steps: ReplayReport['steps'], { acted, skipped }: ReplayReport['summary']): string {
  const stopped = steps.find(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'person');
  if (stopped && 'failure' in stopped.outcome) return `${stopped.id}: ${stopped.outcome.failure.message}`;
  return acted === 0 ? `nothing to do, ${skipped} skipped` : `${acted} acted, ${skipped} skipped`;
}

/** Drops the checks of successful steps, which are not needed for hundreds of boxes. */
function slim(outcome: StepOutcome): StepOutcome {
  return outcome.kind === 'acted' || outcome.kind === 'skipped' ? { ...outcome, checks: [] } : outcome;
}

/** A step as reported by its event. */
interface Ended {
  readonly id: string;
  readonly title: string;
  readonly outcome: StepOutcome;
}

/**
 * A box that cannot be opened or lacks something is refused. One that was lost during its pass has failed; the outcomes
 * of its steps until then are known from events. Anything else thrown is a defect, and reported as such.
 */
function broken(
  error: unknown,
  { hasStarted, ended, signal }: { hasStarted: boolean; ended: readonly Ended[]; signal: AbortSignal },
): TargetOutcome {
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
    outcome: signal.aborted ? 'aborted' : hasStarted ? 'failed' : 'refused',
    steps: ended.map(({ id, title, outcome }) => ({ id, title, outcome: slim(outcome) })),
    diagnostics,
    message: first?.message ?? '',
  };
}
