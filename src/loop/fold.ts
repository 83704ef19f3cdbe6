import type { Attempt, StepBody } from './attempt.ts';
import { type FoldedProblem, foldProblems, type UnsavedWork, type Withheld } from './fold-problems.ts';
import { type Leftover, leftoversOf } from './leftovers.ts';

/** The unsaved work on one box, whichever session did it. */
export interface FoldInput extends UnsavedWork {
  /** What changed on the box that no step did, one line each. */
  readonly unaccounted: readonly string[];
}

/** A step to be written: its body is exactly what ran. */
interface KeptStep {
  readonly step: string;
  readonly body: StepBody;
  /** `new`: it does not stand in the document yet. */
  readonly kind: 'new' | 'revised';
  /** The step that it comes after; absent: it is the first. */
  readonly after?: string;
  /** The attempt that proved it. */
  readonly attempt: string;
}

/** A step that was tried and is not written, and why, for people. */
interface NotSaved {
  readonly step: string;
  readonly attempt: string;
  readonly reason: 'never-succeeded' | 'never-ran' | 'no-verify' | 'not-verified' | 'fails-now';
}

/** The shortest way there, as data; markdown/record writes it. */
export interface Fold {
  /** In the order of their first success. */
  readonly steps: readonly KeptStep[];
  readonly problems: readonly FoldedProblem[];
  readonly notSaved: readonly NotSaved[];
  /** Changes that failed or dropped attempts made and no kept one makes. */
  readonly leftovers: readonly Leftover[];
  readonly unaccounted: readonly string[];
  /** Cleared problems that lack their Why. While there are any, only facts, decisions and endpoints are written. */
  readonly withheld: readonly Withheld[];
  /** What a save settles, for the journal's `saved`: all attempts but those of steps that are not saved, which may yet come to something. */
  readonly settled: { readonly attempts: readonly string[]; readonly problems: readonly string[] };
  /** `prove`: what was done by the way may be what makes it work. */
  readonly next: 'resolve' | 'prove' | 'save' | 'nothing';
}

/**
 * Folds a struggle into its shortest passing path: per step the last body that succeeded, at the place of its first
 * success, and every solved problem with its Fix. Only steps whose Verify passed are kept; nothing inside a body is
 * shortened.
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

/** Step ids, by their first success, those that never succeeded by their first attempt. */
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

/** Why a success is not enough: unknown is no pass, and what fails since then is no success any more. */
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

/** Each after the step that its body names, else after the one that had succeeded before it. */
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

/** What the document's own steps did is accounted for. */
function plainSuccesses({ attempts, documented }: FoldInput): readonly string[] {
  return attempts
    .filter((each) => each.status === 'succeeded' && each.source === 'step' && documented.has(each.step))
    .map((each) => each.attempt);
}

function isEnded({ status }: Attempt): boolean {
  return status !== 'running' && status !== 'needs_approval';
}
