import type { Attempt, CheckRow } from '../loop/attempt.ts';

/** A number that a failing check observed, approaching the expected one. */
export interface CheckProgress {
  readonly check: string;
  readonly from: number;
  readonly to: number;
  readonly expected: number;
}

/**
 * Whether waiting made progress: the number that a failing check observes moved towards the expected one, from the
 * failure before to the last one, or during the last one. Only amounts count (cluster objects and facts), because HTTP
 * statuses and exit codes are names.
 */
export function checkProgress(failures: readonly Attempt[]): CheckProgress | undefined {
  const last = failures.at(-1);
  const earlier = failures.at(-2);
  for (const row of last?.checks.filter(isAmount) ?? []) {
    const before = earlier?.checks.find((each) => withoutWait(each.check) === withoutWait(row.check));
    const moved = movement(row, row.observedFirst) ?? movement(row, before?.observed);
    if (moved) return moved;
  }
  return undefined;
}

/** Whether the failures moved towards their goal: a counted check, or `N of M` in the output, as of parts that are done. */
export function madeProgress(failures: readonly Attempt[]): boolean {
  return checkProgress(failures) !== undefined || outputProgress(failures);
}

/** The last `N of M` (with N below M) is greater than in the failure before, or the first of its kind. */
function outputProgress(failures: readonly Attempt[]): boolean {
  const [before, now] = [failures.at(-2), failures.at(-1)].map((each) => partsDone(each?.outputTail ?? ''));
  if (!now || now.done <= 0 || now.done >= now.all) return false;
  return before === undefined || (before.all === now.all && before.done < now.done);
}

/** Tries are counted too, but are not progress. */
const PARTS = /(?<!\b(?:attempt|try|retry|round|tries)\W{0,3})\b(\d+)(?: of |\/)(\d+)\b/gi;

function partsDone(output: string): { readonly done: number; readonly all: number } | undefined {
  const last = [...output.matchAll(PARTS)].at(-1);
  return last && { done: Number(last[1]), all: Number(last[2]) };
}

function isAmount(row: CheckRow): boolean {
  return row.verdict === 'fail' && /^(?:not )?(?:k8s|fact) /.test(row.check);
}

function withoutWait(check: string): string {
  return check.replace(/ within \S+$/, '');
}

const NUMBER = /-?\d+(?:\.\d+)?/g;

/** Both texts must be equal except for one number. */
function movement(row: CheckRow, earlier: string | undefined): CheckProgress | undefined {
  if (earlier === undefined || earlier.replace(NUMBER, '#') !== row.observed.replace(NUMBER, '#'))
    return undefined;
  const [then, now, wanted] = [earlier, row.observed, row.expected].map((text) =>
    (text.match(NUMBER) ?? []).map(Number),
  );
  const at = now!.findIndex((value, index) => value !== then![index]);
  const expected = wanted!.at(-1);
  if (at < 0 || expected === undefined) return undefined;
  const [from, to] = [then![at]!, now![at]!];
  return Math.abs(to - expected) < Math.abs(from - expected)
    ? { check: row.check, from, to, expected }
    : undefined;
}
