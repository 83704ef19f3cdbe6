import { type Attempt, hasFailed, type StepBody } from '../loop/attempt.ts';
import type { LoopState, ProblemRecord } from '../loop/loop.ts';
import type { ScriptWait } from './form/knobs.ts';
import { type BodyForm, normalForm } from './form/normal-form.ts';

/** An attempt that ran, with its form. Waiting right before it is part of it. */
interface RanForm {
  readonly attempt: Attempt;
  readonly form: BodyForm;
}

/** Failures with one fingerprint of the same action, ignoring waits and sizes. Oldest first, never empty. */
export interface FailedAlike {
  readonly problem: ProblemRecord;
  readonly failures: readonly RanForm[];
  /** What will run, including the waiting right before it. */
  readonly form: BodyForm;
}

/**
 * The failures that a new body repeats, under any step id. Undefined: it was never tried, or succeeded the last time.
 */
export function failedAlike(loop: LoopState, body: StepBody): FailedAlike | undefined {
  const { ran, waitedBefore } = ranForms(loop.attempts);
  const form = withWaits(normalForm(body), waitedBefore);
  const alike = ran.filter((each) => each.form.core === form.core);
  const last = alike.at(-1)?.attempt;
  const problem =
    last && hasFailed(last) ? loop.problems.find((each) => each.id === last.problem) : undefined;
  if (!problem || (problem.state !== 'open' && problem.state !== 'stopped')) return undefined;
  const failures = alike.filter(
    ({ attempt }) =>
      hasFailed(attempt) && attempt.problem === problem.id && attempt.seq > problem.countedFrom,
  );
  return failures.length > 0 ? { problem, failures, form } : undefined;
}

/**
 * Every attempt that was not interrupted, with its form; and the waits since then, which belong to the next attempt.
 */
function ranForms(attempts: readonly Attempt[]): {
  ran: readonly RanForm[];
  waitedBefore: readonly ScriptWait[];
} {
  const ran: RanForm[] = [];
  let waited: readonly ScriptWait[] = [];
  for (const attempt of attempts.filter(({ status }) => status === 'succeeded' || hasFailed({ status }))) {
    const form = normalForm(attempt.body);
    const onlyWaited = form.core === '' && delaysIn(form.waits).length > 0 && attempt.status === 'succeeded';
    if (onlyWaited)
      waited = [...waited, ...delaysIn(form.waits).map((each) => ({ ...each, where: 'before' as const }))];
    else {
      ran.push({ attempt, form: withWaits(form, waited) });
      waited = [];
    }
  }
  return { ran, waitedBefore: waited };
}

function delaysIn(waits: readonly ScriptWait[]): readonly ScriptWait[] {
  return waits.filter((each) => each.kind === 'delay' && each.where !== 'check');
}

function withWaits(form: BodyForm, waits: readonly ScriptWait[]): BodyForm {
  return waits.length === 0 ? form : { ...form, waits: [...waits, ...form.waits] };
}
