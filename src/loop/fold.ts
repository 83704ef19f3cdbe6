import type { Attempt, StepBody } from './attempt.ts';
import { type FoldedProblem, foldProblems, type UnsavedWork, type Withheld } from './fold-problems.ts';
import { type Leftover, leftoversOf } from './leftovers.ts';

/** The unsaved work on one box, across all sessions. */
export interface FoldInput extends UnsavedWork {
  /** Changes on the box that no step made, one line each. */
  readonly unaccounted: readonly string[];
}

/** A step to write. Its body is exactly what ran. */
interface KeptStep {
  readonly step: string;
  readonly body: StepBody;
  /** `new`: it is not in the document yet. */
  readonly kind: 'new' | 'revised';
  /** The step that it follows. Absent: it is the first. */
  readonly after?: string;
  /** The attempt that proved it. */
  readonly attempt: string;
}

/** A step that was tried but is not written, with the reason for people. */
interface NotSaved {
  readonly step: string;
  readonly attempt: string;
  readonly reason: 'never-succeeded' | 'never-ran' | 'no-verify' | 'not-verified' | 'fails-now';
}

/** The shortest passing path as data; markdown/record writes it. */
export interface Fold {
  /** Ordered by first success. */
  readonly steps: readonly KeptStep[];
  readonly problems: readonly FoldedProblem[];
  readonly notSaved: readonly NotSaved[];
  /** Changes made by failed or dropped attempts and by no kept attempt. */
  readonly leftovers: readonly Leftover[];
  readonly unaccounted: readonly string[];
  /** Cleared problems without a Why. As long as there are any, only facts, decisions and endpoints are written. */
  readonly withheld: readonly Withheld[];
  /**
   * What a save settles, for the journal's `saved` line: all attempts except those of unsaved steps, which may still
   * succeed.
   */
  readonly settled: { readonly attempts: readonly string[]; readonly problems: readonly string[] };
  /** `prove`: something outside the kept steps may be what makes it work. */
  readonly next: 'resolve' | 'prove' | 'save' | 'nothing';
}

/**
 * Folds all attempts into the shortest passing path: the last successful body of each step, at the position of its
 * first success, and every solved problem with its Fix. Keeps only steps whose Verify passed. Never shortens a body.
 */
export function fold(input: FoldInput): Fold {
  const unsaved = input.attempts.filter((each) => !each.saved && !each.undone);
  const { problems, withheld, fixes } = foldProblems(input);
  const fixSteps = new Set(unsaved.filter((each) => fixes.has(each.attempt)).map((each) => each.step));
  const verdicts = stepsOf(unsaved)
    .filter((step) => !fixSteps.has(step))
    .map((step) =>
      judgeStep(
        step,
        unsaved.filter((each) => each.step === step),
        input.documented,
      ),
    );

  const notSaved = verdicts.flatMap((each) => (each.kind === 'not-saved' ? [each.entry] : []));
  const candidates = verdicts.flatMap((each) => (each.kind === 'kept' ? [each] : []));
  const steps = placed(candidates, input);
  const keptAttempts = new Set([...steps.map((each) => each.attempt), ...fixes, ...plainSuccesses(input)]);
  const leftovers = leftoversOf(unsaved, keptAttempts);
  const open = new Set(notSaved.map((each) => each.step));
  const settled = unsaved.filter((each) => isEnded(each) && !open.has(each.step));
  return {
    ...{ steps, problems, notSaved, leftovers, withheld },
    settled: {
      attempts: withheld.length > 0 ? [] : settled.map((each) => each.attempt),
      problems: withheld.length > 0 ? [] : problems.map(({ problem }) => problem.id),
    },
    unaccounted: input.unaccounted,
    next: nextOf(steps, problems, withheld, leftovers.length + input.unaccounted.length),
  };
}

function nextOf(
  steps: readonly KeptStep[],
  problems: readonly FoldedProblem[],
  withheld: readonly Withheld[],
  loose: number,
): Fold['next'] {
  if (withheld.length > 0) return 'resolve';
  if (loose > 0) return 'prove';
  return steps.length + problems.length > 0 ? 'save' : 'nothing';
}

/** Step ids ordered by first success; steps that never succeeded are ordered by first attempt. */
function stepsOf(attempts: readonly Attempt[]): readonly string[] {
  const succeeded = attempts.filter((each) => each.status === 'succeeded');
  return [...new Set([...succeeded, ...attempts].map((each) => each.step))];
}

type StepVerdict =
  | { readonly kind: 'kept'; readonly last: Attempt; readonly first: Attempt }
  | { readonly kind: 'not-saved'; readonly entry: NotSaved }
  | { readonly kind: 'as-documented' };

function judgeStep(step: string, attempts: readonly Attempt[], documented: ReadonlySet<string>): StepVerdict {
  const successes = attempts.filter((each) => each.status === 'succeeded');
  const [first, last] = [successes[0], successes.at(-1)];
  const isPlain = (each: Attempt): boolean => each.source === 'step' && documented.has(step);
  if (last ? isPlain(last) : attempts.every(isPlain)) return { kind: 'as-documented' };
  const final = last ?? attempts.at(-1)!;
  const reason = last ? doubt(last, attempts) : neverReason(attempts);
  if (reason !== undefined || !first || !last) {
    return {
      kind: 'not-saved',
      entry: { step, attempt: final.attempt, reason: reason ?? 'never-succeeded' },
    };
  }
  return { kind: 'kept', first, last };
}

function neverReason(attempts: readonly Attempt[]): NotSaved['reason'] {
  return attempts.some((each) => each.status === 'failed' || each.status === 'timed_out')
    ? 'never-succeeded'
    : 'never-ran';
}

/** Why a success does not count: a check was unknown, or the step has failed since. */
function doubt(last: Attempt, attempts: readonly Attempt[]): NotSaved['reason'] | undefined {
  if (last.body.verify.length === 0 || last.checks.length === 0) return 'no-verify';
  if (last.checks.some((each) => each.verdict !== 'pass')) return 'not-verified';
  const failsNow = attempts.some(
    (each) =>
      each.seq > last.seq &&
      each.form === last.form &&
      (each.status === 'failed' || each.status === 'timed_out'),
  );
  return failsNow ? 'fails-now' : undefined;
}

/** Places each step after the step that its body names, else after the step that succeeded before it. */
function placed(
  candidates: readonly { readonly first: Attempt; readonly last: Attempt }[],
  { attempts, documented }: FoldInput,
): readonly KeptStep[] {
  const known = new Set([...documented, ...candidates.map((each) => each.last.step)]);
  return candidates.map(({ first, last }) => {
    const before = attempts.findLast(
      (each) => each.seq < first.seq && each.step !== last.step && isDone(each) && known.has(each.step),
    );
    const named = last.body.after !== undefined && known.has(last.body.after) ? last.body.after : undefined;
    const after = named ?? before?.step;
    return {
      step: last.step,
      body: last.body,
      kind: documented.has(last.step) ? 'revised' : 'new',
      ...(after !== undefined && { after }),
      attempt: last.attempt,
    };
  });
}

function isDone({ status, undone }: Attempt): boolean {
  return !undone && (status === 'succeeded' || status === 'skipped');
}

/** Successes that need no entry: the document's own steps already account for them. */
function plainSuccesses({ attempts, documented }: FoldInput): readonly string[] {
  return attempts
    .filter((each) => each.status === 'succeeded' && each.source === 'step' && documented.has(each.step))
    .map((each) => each.attempt);
}

function isEnded({ status }: Attempt): boolean {
  return status !== 'running' && status !== 'needs_approval';
}
