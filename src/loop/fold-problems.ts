import type { Attempt, CheckRow, StepBody } from './attempt.ts';
import { checkKey } from './fingerprint.ts';
import type { ProblemRecord } from './loop.ts';

/** Work that is not in the document yet. */
export interface UnsavedWork {
  /** Every attempt on the box, oldest first. Attempts that were already saved are context. */
  readonly attempts: readonly Attempt[];
  readonly problems: readonly ProblemRecord[];
  /** Ids of the steps in the document. */
  readonly documented: ReadonlySet<string>;
}

/** A candidate for the Verify of a problem. It must test for the obstacle, not for the goal. */
interface ObstacleCheck {
  readonly check: string;
  /** A shell check, named by its first line. It counts only if it was seen to fail before the fix. */
  readonly shell: boolean;
  /** `no`: it already passed before the fix, so it does not detect the obstacle. */
  readonly failedBefore: 'yes' | 'no' | 'unknown';
  /** `no`: it fails once the step succeeds, so every later pass would apply the fix again. */
  readonly holdsAfter: 'yes' | 'no' | 'unknown';
}

/** A solved problem, as it will be written. */
export interface FoldedProblem {
  readonly problem: ProblemRecord;
  /** The step that the problem blocked. */
  readonly for: string;
  /** The last successful body per step id, in order. */
  readonly fix: readonly { readonly attempt: string; readonly step: string; readonly body: StepBody }[];
  /**
   * `before` the step if the step ran again after the fix; `after` it if the step was already satisfied then.
   * `problems`: in the Problems section with a prose Fix, because revising steps solved it, or because it disappeared
   * without a fix.
   */
  readonly placement: 'before' | 'after' | 'problems';
  /** The steps, possibly including its own, whose revision solved it. A prose Fix links to them. */
  readonly revised: readonly string[];
  /** Candidates for its Verify. Reject those with a `no`. */
  readonly verify: readonly ObstacleCheck[];
}

/** A cleared problem that blocks saving because its Why is missing. */
export interface Withheld {
  readonly problem: string;
  readonly for: string;
  /** The attempts that probably solved it. */
  readonly fix: readonly string[];
}

/** Advice for a check that fails once the step succeeds. */
export const CULPRIT_ADVICE =
  'Test for the obstacle, not for the goal. For example, `not port 80 owner nginx` stays true after the step succeeds.';

interface Solved {
  readonly problem: ProblemRecord;
  readonly for: string;
  readonly opened: Attempt;
  readonly cleared: Attempt;
}

/** Splits problems into those that can be written with their fixes and those that cannot be written yet. */
export function foldProblems(input: UnsavedWork): {
  readonly problems: readonly FoldedProblem[];
  readonly withheld: readonly Withheld[];
  /** Attempts that are part of a fix, including fixes of problems without a Why. They do not become steps. */
  readonly fixes: ReadonlySet<string>;
} {
  const solved = input.problems.flatMap((each) => solvedBy(each, input.attempts));
  const owners = fixOwners(solved, input);
  const folded = solved.map((each) => foldProblem(each, owners, input));
  return {
    problems: folded.filter(({ problem }) => problem.state === 'resolved' && !problem.written),
    withheld: folded.filter((each) => lacksWhy(each, input)).map(toWithheld),
    fixes: new Set(folded.flatMap((each) => each.fix.map(({ attempt }) => attempt))),
  };
}

function toWithheld({ problem, for: step, fix }: FoldedProblem): Withheld {
  return { problem: problem.id, for: step, fix: fix.map((each) => each.attempt) };
}

/** Problems that are cleared or resolved and have unsaved attempts. */
function solvedBy(problem: ProblemRecord, attempts: readonly Attempt[]): readonly Solved[] {
  if (problem.state !== 'cleared' && problem.state !== 'resolved') return [];
  const opened = attempts.find((each) => each.attempt === problem.openedBy);
  const cleared = attempts.find((each) => each.attempt === problem.clearedBy);
  if (!opened || !cleared || (cleared.saved && opened.saved)) return [];
  const step = problem.steps.includes(cleared.step) ? cleared.step : problem.steps.at(-1)!;
  return [{ problem, for: step, opened, cleared }];
}

/** The problem that each fix attempt belongs to: the one that names it, else the first that was cleared after it. */
function fixOwners(solved: readonly Solved[], { attempts }: UnsavedWork): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  // When one attempt clears two problems, the one that opened later is the inner one: what was done after it opened was
  // done for it.
  const byClearing = [...solved].sort((a, b) => a.cleared.seq - b.cleared.seq || b.opened.seq - a.opened.seq);
  const named = byClearing.filter(({ problem }) => problem.fix !== undefined);
  for (const each of [...named, ...byClearing.filter(({ problem }) => problem.fix === undefined)]) {
    for (const attempt of attempts.filter((one) => isFixOf(one, each))) {
      if (!owners.has(attempt.attempt)) owners.set(attempt.attempt, each.problem.id);
    }
  }
  return owners;
}

/** It succeeded between opening and clearing, was not undone and is not saved yet. A step does not fix itself. */
function isFixOf(attempt: Attempt, { problem, opened, cleared }: Solved): boolean {
  const isWithin = attempt.seq > opened.seq && attempt.seq <= cleared.seq;
  if (!isWithin || attempt.status !== 'succeeded' || attempt.undone) return false;
  if (problem.steps.includes(attempt.step) || attempt.saved) return false;
  // Running a documented step again is not part of a fix unless the problem names it.
  return problem.fix ? problem.fix.includes(attempt.attempt) : attempt.source !== 'step';
}

function foldProblem(
  solved: Solved,
  owners: ReadonlyMap<string, string>,
  { attempts, documented }: UnsavedWork,
): FoldedProblem {
  const { problem, for: step } = solved;
  const own = attempts.filter((each) => owners.get(each.attempt) === problem.id);
  const revisions = own.filter((each) => each.source === 'revision' && documented.has(each.step));
  const fix = lastOfEachStep(own.filter((each) => !revisions.includes(each)));
  const revised = [
    ...(isRevised(solved, attempts) ? [step] : []),
    ...new Set(revisions.map((each) => each.step)),
  ];
  const placement = fix.length === 0 ? 'problems' : placementOf(step, fix, attempts);
  return { problem, for: step, fix, placement, revised, verify: verifyOf(solved, fix, attempts) };
}

function lastOfEachStep(attempts: readonly Attempt[]): FoldedProblem['fix'] {
  const last = new Map(attempts.map((each) => [each.step, each]));
  return [...last.values()].map(({ attempt, step, body }) => ({ attempt, step, body }));
}

/** `before` if the step ran again after the fix; `after` if it was already satisfied. */
function placementOf(
  step: string,
  fix: FoldedProblem['fix'],
  attempts: readonly Attempt[],
): 'before' | 'after' {
  const ids = new Set(fix.map((each) => each.attempt));
  const last = attempts.findLast((each) => ids.has(each.attempt))!;
  const ranAgain = attempts.some(
    (each) => each.seq > last.seq && each.step === step && each.status === 'succeeded',
  );
  return ranAgain ? 'before' : 'after';
}

/** The failed attempt and the successful one differ in their actions or checks. */
function isRevised({ problem, for: step, opened, cleared }: Solved, attempts: readonly Attempt[]): boolean {
  const failed =
    attempts.findLast((each) => problem.failures.includes(each.attempt) && each.seq < cleared.seq) ?? opened;
  const good = attempts.find(
    (each) => each.seq >= cleared.seq && each.step === step && each.status === 'succeeded',
  );
  return (
    good !== undefined &&
    (good.form !== failed.form || JSON.stringify(good.body.verify) !== JSON.stringify(failed.body.verify))
  );
}

/** A cleared problem with a fix needs a Why. One that only corrected its own unsaved draft (a typo) does not. */
function lacksWhy(
  { problem, for: step, fix, revised }: FoldedProblem,
  { attempts, documented }: UnsavedWork,
): boolean {
  if (problem.state !== 'cleared') return false;
  if (fix.length > 0) return true;
  const isOwnDraft = !documented.has(step) && !attempts.some((each) => each.step === step && each.saved);
  return revised.some((each) => each !== step || !isOwnDraft);
}

/** The fix's checks that passed after it, and whether each failed before it and held after the step's success. */
function verifyOf(
  { for: step, opened, cleared }: Solved,
  fix: FoldedProblem['fix'],
  attempts: readonly Attempt[],
): readonly ObstacleCheck[] {
  const byId = new Map(attempts.map((each) => [each.attempt, each]));
  const fixed = fix.flatMap((each) => byId.get(each.attempt) ?? []);
  const since = attempts.filter(
    (each) => each.seq >= cleared.seq && each.step === step && each.status === 'succeeded',
  );
  return fixed.flatMap((attempt) =>
    attempt.checks
      .filter((row) => row.verdict === 'pass')
      .map(({ check, form, before }) => ({
        check,
        shell: form !== undefined,
        failedBefore: failedBefore(
          { check, before },
          attempt,
          attempts.filter((each) => each.seq < attempt.seq && each.seq >= opened.seq),
        ),
        holdsAfter: holdsAfter(check, since),
      })),
  );
}

/**
 * Whether a check line failed before a fix, by what the journal saw of it since the problem opened. A deadline does not
 * matter: it says how long to wait after the fix.
 */
export function failedBeforeFix(
  line: string,
  { problem, fix }: Pick<FoldedProblem, 'problem' | 'fix'>,
  attempts: readonly Attempt[],
): ObstacleCheck['failedBefore'] {
  const isSame = ({ check }: Pick<CheckRow, 'check'>) => checkKey({ check }) === checkKey({ check: line });
  const opened = attempts.find((each) => each.attempt === problem.openedBy)?.seq ?? 0;
  const first = attempts.find((each) => fix.some(({ attempt }) => attempt === each.attempt));
  const row = first?.checks.find(isSame);
  if (!first) return 'unknown';
  const earlier = attempts.filter((each) => each.seq >= opened && each.seq < first.seq);
  const seen = earlier.flatMap(({ checks }) => checks).filter(isSame);
  return failedBefore(
    { check: row?.check ?? seen.at(-1)?.check ?? line, before: row?.before },
    first,
    earlier,
  );
}

function failedBefore(
  { check, before }: Pick<CheckRow, 'check' | 'before'>,
  fix: Attempt,
  earlier: readonly Attempt[],
): ObstacleCheck['failedBefore'] {
  const predicted = fix.prediction.find((row) => row.check === check)?.before;
  const seen = before ?? predicted ?? rowsOf(check, earlier).at(-1)?.verdict;
  if (seen === undefined || seen === 'unknown') return 'unknown';
  return seen === 'fail' ? 'yes' : 'no';
}

function holdsAfter(check: string, since: readonly Attempt[]): ObstacleCheck['holdsAfter'] {
  const seen = rowsOf(check, since).at(-1)?.verdict;
  if (seen === undefined || seen === 'unknown') return 'unknown';
  return seen === 'pass' ? 'yes' : 'no';
}

function rowsOf(check: string, attempts: readonly Attempt[]): readonly CheckRow[] {
  return attempts.flatMap((each) => each.checks.filter((row) => row.check === check));
}
