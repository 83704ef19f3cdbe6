import { checkForm } from '../../../guard/form/normal-form.ts';
import type { AttemptStatus, CheckRow } from '../../../loop/attempt.ts';
import type { CheckResult, StepOutcome } from '../../../model/outcome.ts';
import type { ShellResult } from '../../../model/shell.ts';

/** How a step's walk ended, in the words of an attempt. */
export interface Ending {
  readonly status: AttemptStatus;
  readonly exitCode: number | null;
  readonly end?: ShellResult['end'];
  readonly checks: readonly CheckResult[];
  /** Of the fences alone, if it is known. */
  readonly actedMs: number;
  /** What went wrong, for people; empty: nothing. */
  readonly message: string;
}

/** Reads a step's outcome. What could not be judged has failed: unknown is never a pass. */
export function attemptEnding(outcome: StepOutcome | undefined, ms: number): Ending {
  const nothing = { exitCode: null, checks: [], actedMs: ms, message: '' };
  if (!outcome) return { ...nothing, status: 'cancelled' };
  switch (outcome.kind) {
    case 'acted':
      return {
        ...nothing,
        status: 'succeeded',
        exitCode: 0,
        checks: outcome.checks,
        actedMs: acted(ms, outcome.checks),
        message: outcome.fixes.length > 0 ? `recorded fixes applied: ${outcome.fixes.join(', ')}` : '',
      };
    case 'skipped':
      return { ...nothing, status: 'skipped', checks: outcome.checks, message: outcome.detail };
    case 'not-reached':
      return { ...nothing, status: 'cancelled', message: outcome.because };
    case 'failed':
    case 'person':
      return failureEnding(outcome.failure, ms);
  }
}

function failureEnding(failure: Extract<StepOutcome, { kind: 'failed' }>['failure'], ms: number): Ending {
  const { kind, message, checks } = failure;
  const common = { checks, message, actedMs: acted(ms, checks) };
  const failed = { ...common, status: 'failed' } as const;
  switch (kind) {
    case 'aborted':
      return { ...common, status: 'cancelled', exitCode: null, end: { kind: 'aborted' } };
    case 'disconnected':
      return {
        ...common,
        status: 'interrupted',
        exitCode: null,
        end: { kind: 'disconnected', reason: message },
      };
    case 'timeout':
      return { ...common, status: 'timed_out', exitCode: null, end: { kind: 'timeout', afterMs: ms } };
    case 'exit': {
      const code = failure.exitCode ?? 1;
      return { ...failed, exitCode: code, end: { kind: 'exit', code } };
    }
    case 'unstartable':
      return { ...failed, exitCode: null, end: { kind: 'unstartable', reason: message } };
    case 'checks':
    case 'unknown-verdict':
      return { ...failed, exitCode: 0, end: { kind: 'exit', code: 0 } };
    // The engine's own refusal (a fence for a cluster, a file): it knows what was meant, such as the corrected pointer.
    default:
      return { ...failed, message: `${message} ${failure.remedy}`.trim(), exitCode: null };
  }
}

/** The engine itself did not do it: a fence for a cluster, a file. No process ended. */
export function isRefusal({ status, end }: Ending): boolean {
  return status === 'failed' && end === undefined;
}

/** The longest wait for a check came after the last fence. */
function acted(ms: number, checks: readonly CheckResult[]): number {
  return Math.max(0, ms - Math.max(0, ...checks.map((each) => each.waitedMs)));
}

/** Checks as the journal keeps them; `first`: what the same checks observed before. */
export function checkRows(checks: readonly CheckResult[], first: readonly CheckResult[]): CheckRow[] {
  return checks.map(({ check, verdict, class: kind, observed, expected, kind: how }) => {
    const before = first.find((each) => each.check === check);
    return {
      check,
      ...(how === 'shell' ? { form: checkForm(check) } : {}),
      ...{ verdict, class: kind, observed, expected },
      ...(before === undefined ? {} : { observedFirst: before.observed, before: before.verdict }),
    };
  });
}
