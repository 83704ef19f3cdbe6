import { type Attempt, hasFailed, type StepBody } from '../loop/attempt.ts';
import type { LoopState, ProblemRecord } from '../loop/loop.ts';
import type { Wait } from './form/knobs.ts';
import { type BodyForm, normalForm } from './form/normal-form.ts';

/** An attempt that ran, and what it did; the waiting done just before it counts as its own. */
interface RanForm {
  readonly attempt: Attempt;
  readonly form: BodyForm;
}

/** Failures, with one fingerprint, of what is now to run again, waits and sizes apart. Oldest first, never empty. */
export interface FailedAlike {
  readonly problem: ProblemRecord;
  readonly failures: readonly RanForm[];
  /** What is to run, with the waiting done just before. */
  readonly form: BodyForm;
}

/**
 * The failures that a new body repeats, under whatever id they ran; undefined: the last time that this was done it
 * worked, or it was never done.
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

/** Every attempt that ended by itself, with its form; and the waits since that belong to whatever comes next. */
function ranForms(attempts: readonly Attempt[]): { ran: readonly RanForm[]; waitedBefore: readonly Wait[] } {
  const ran: RanForm[] = [];
  let waited: readonly Wait[] = [];
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

function delaysIn(waits: readonly Wait[]): readonly Wait[] {
  return waits.filter((each) => each.kind === 'delay' && each.where !== 'check');
}

function withWaits(form: BodyForm, waits: readonly Wait[]): BodyForm {
  return waits.length === 0 ? form : { ...form, waits: [...waits, ...form.waits] };
}
