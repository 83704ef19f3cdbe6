import { createHash } from 'node:crypto';
import { maskNumbers } from '../base/mask-numbers.ts';
import { type Attempt, hasFailed } from './attempt.ts';
import { checkKey } from './fingerprint.ts';
import type { LoopEntry, ProblemRecord, ProblemState } from './loop.ts';

/** An event that changes problems: an attempt ended, or the agent or a person made a decision. */
export type ProblemEvent =
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  | { readonly kind: 'move'; readonly problem: string; readonly move: ProblemMove }
  /** `seq` is its position in the journal. Without a problem: for all problems. */
  | { readonly kind: 'resume'; readonly seq: number; readonly problem?: string }
  /** A save wrote these resolved problems into the document. */
  | { readonly kind: 'written'; readonly problems: readonly string[] };

/** `resolved`, `dropped` and `merged` come from problem_resolve; `stopped` from escalate or a guard. */
export type ProblemMove = Extract<LoopEntry, { kind: 'problem' }>['move'];

type Problems = readonly ProblemRecord[];

/** The states in which each move is possible. An impossible move changes nothing. */
const MOVES: Readonly<Record<ProblemMove['to'], readonly ProblemState[]>> = {
  resolved: ['cleared'],
  explained: ['cleared'],
  dropped: ['open', 'cleared'],
  stopped: ['open'],
  merged: ['open', 'cleared'],
};

/** A problem's id: derived from box and fingerprint only, so that titles and steps do not matter. */
export function problemId(box: string, fingerprint: string): string {
  return `p-${createHash('sha256').update(`${box}\n${fingerprint}`).digest('hex').slice(0, 8)}`;
}

/**
 * The life of problems, one event further.
 *
 * | state | event | becomes |
 * | --- | --- | --- |
 * | none | failed with a new fingerprint | open |
 * | open | failed with the same fingerprint, whatever the step | open, attached |
 * | open | its step succeeds, is skipped or fails otherwise; or an attempt passes every check that had failed | cleared |
 * | cleared | the same fingerprint again | open, counters go on |
 * | cleared, resolved but not written | resolved with a Why | resolved |
 * | open, cleared | dropped | dropped |
 * | open | escalated, or stopped by a guard | stopped |
 * | stopped, open | resumed by a person | open, counters reset |
 * | resolved, dropped | the same fingerprint again | open, counters go on; the entry stays |
 */
export function advance(problems: Problems, event: ProblemEvent): Problems {
  switch (event.kind) {
    case 'attempt':
      return afterAttempt(problems, event.attempt);
    case 'move':
      return afterMove(problems, event.problem, event.move);
    case 'resume':
      return problems.map((each) => resumed(each, event));
    case 'written':
      return problems.map((each) => (event.problems.includes(each.id) ? written(each) : each));
  }
}

/** Why a move is not possible now, in one sentence; undefined if it is possible. */
export function moveRefusal(
  problems: Problems,
  id: string,
  move: Pick<ProblemMove, 'to'> & { readonly into?: string },
): string | undefined {
  const problem = problems.find((each) => each.id === id);
  if (!problem) return `The problem ${id} does not exist.`;
  if (move.into !== undefined && (move.into === id || !problems.some((each) => each.id === move.into))) {
    return `${id} cannot be merged into ${move.into}: the target must be a different, existing problem.`;
  }
  const from = MOVES[move.to];
  if (from.includes(problem.state) || isResolvedAgain(problem, move)) return undefined;
  return `To become ${move.to}, a problem must be ${from.join(' or ')}; ${id} is ${problem.state}.`;
}

/** Until a save has written it, what was said of a problem can be said differently. */
function isResolvedAgain({ state, written }: ProblemRecord, { to }: Pick<ProblemMove, 'to'>): boolean {
  return to === 'resolved' && state === 'resolved' && !written;
}

function afterAttempt(problems: Problems, attempt: Attempt): Problems {
  if (attempt.status === 'succeeded' || attempt.status === 'skipped') {
    return problems.map((each) => ranSince(cleared(each, attempt), attempt));
  }
  if (!hasFailed(attempt) || attempt.fingerprint === undefined) return problems;
  const mark = attempt.fingerprint;
  const known = problems.some((each) => isOf(each, attempt, mark));
  const others = problems.map((each) =>
    isOf(each, attempt, mark) ? each : ranSince(cleared(each, attempt), attempt),
  );
  if (!known) return [...others, opened(attempt, mark)];
  return others.map((each) => (isOf(each, attempt, mark) ? failedAgain(each, attempt) : each));
}

function isOf(problem: ProblemRecord, attempt: Attempt, mark: string): boolean {
  if (problem.box !== attempt.box) return false;
  return problem.fingerprints.includes(mark) || isLastAgain(problem, attempt);
}

/**
 * The same script, but for numbers, fails at the same checks, and only shows more or less of the cause: what a log says
 * depends on when it is read. Not for a problem that has ended.
 */
function isLastAgain({ state, last }: ProblemRecord, attempt: Attempt): boolean {
  if (state !== 'open' && state !== 'stopped') return false;
  const now = lastFailure(attempt);
  const isSame = now.shape === last.shape && now.checks !== '' && now.checks === last.checks;
  return isSame && (now.findings.every(isIn(last.findings)) || last.findings.every(isIn(now.findings)));
}

const isIn = (list: readonly string[]) => (item: string) => list.includes(item);

/** What a later failure is compared with. */
function lastFailure({ body, checks, findings }: Attempt): ProblemRecord['last'] {
  const failed = checks.filter((row) => row.verdict !== 'pass');
  return {
    shape: maskNumbers(body.run.map(({ text }) => text).join('\n')),
    checks: failed.map((row) => `${row.class} ${checkKey(row)}`).join('\n'),
    findings: findings.map(({ code, subject }) => `${code} ${maskNumbers(subject ?? '')}`),
  };
}

function opened(attempt: Attempt, mark: string): ProblemRecord {
  return {
    id: problemId(attempt.box, mark),
    box: attempt.box,
    fingerprints: [mark],
    state: 'open',
    steps: [attempt.step],
    failedChecks: failedChecks(attempt),
    failures: [attempt.attempt],
    last: lastFailure(attempt),
    rounds: [attempt.form],
    since: [],
    openedBy: attempt.attempt,
    countedFrom: 0,
    entry: false,
    written: false,
  };
}

function failedAgain(problem: ProblemRecord, attempt: Attempt): ProblemRecord {
  const { clearedBy: _, ...rest } = problem;
  const isNewLife = problem.state === 'resolved' || problem.state === 'dropped';
  return {
    ...rest,
    state: problem.state === 'stopped' ? 'stopped' : 'open',
    steps: withItem(problem.steps, attempt.step),
    failedChecks: failedChecks(attempt),
    failures: [...problem.failures, attempt.attempt],
    fingerprints: withItem(problem.fingerprints, attempt.fingerprint!),
    last: lastFailure(attempt),
    rounds: withItem(problem.rounds, round(problem, attempt)),
    since: [],
    openedBy: isNewLife ? attempt.attempt : problem.openedBy,
  };
}

/** What ran between two failures, ignoring order, so that repeating the same actions is not a new round. */
function round(problem: ProblemRecord, attempt: Attempt): string {
  return [...new Set([...problem.since, attempt.form])].sort().join(' ');
}

function ranSince(problem: ProblemRecord, attempt: Attempt): ProblemRecord {
  const ran = attempt.status !== 'skipped' && problem.box === attempt.box;
  return ran ? { ...problem, since: withItem(problem.since, attempt.form) } : problem;
}

/** A problem is cleared when its step succeeds, or when that step fails differently: it got past this problem. */
function cleared(problem: ProblemRecord, attempt: Attempt): ProblemRecord {
  const concerned = problem.state === 'open' && problem.box === attempt.box;
  const ends = problem.steps.includes(attempt.step) || passesItsChecks(problem, attempt);
  return concerned && ends ? { ...problem, state: 'cleared', clearedBy: attempt.attempt } : problem;
}

function passesItsChecks(problem: ProblemRecord, attempt: Attempt): boolean {
  const passed = new Set(attempt.checks.filter((row) => row.verdict === 'pass').map(checkKey));
  return problem.failedChecks.length > 0 && problem.failedChecks.every((check) => passed.has(check));
}

function failedChecks(attempt: Attempt): string[] {
  return [...new Set(attempt.checks.filter((row) => row.verdict !== 'pass').map(checkKey))].sort();
}

function afterMove(problems: Problems, id: string, move: ProblemMove): Problems {
  if (moveRefusal(problems, id, move) !== undefined) return problems;
  if (move.to === 'merged') return merged(problems, id, move.into);
  return problems.map((each) => (each.id === id ? moved(each, move) : each));
}

function moved(problem: ProblemRecord, move: Exclude<ProblemMove, { to: 'merged' }>): ProblemRecord {
  switch (move.to) {
    case 'resolved': {
      const { to: _, ...said } = move;
      return { ...problem, ...said, state: 'resolved', entry: true, written: false };
    }
    case 'explained':
      return { ...problem, why: move.why, ...(move.cause === undefined ? {} : { cause: move.cause }) };
    case 'dropped':
      return { ...problem, state: 'dropped', reason: move.reason };
    case 'stopped':
      return { ...problem, state: 'stopped', reason: move.question };
  }
}

function merged(problems: Problems, id: string, into: string): Problems {
  const gone = problems.find((each) => each.id === id)!;
  return problems
    .filter((each) => each.id !== id)
    .map((each) => (each.id === into ? absorbed(each, gone) : each));
}

function absorbed(problem: ProblemRecord, gone: ProblemRecord): ProblemRecord {
  const ended = problem.state !== 'open' && problem.state !== 'stopped';
  const stillOpen = gone.state === 'open' && ended;
  return {
    ...problem,
    ...(stillOpen && { state: 'open', failedChecks: gone.failedChecks, openedBy: gone.openedBy }),
    fingerprints: [...problem.fingerprints, ...gone.fingerprints],
    steps: gone.steps.reduce(withItem, problem.steps),
    failures: [...problem.failures, ...gone.failures],
    rounds: gone.rounds.reduce(withItem, problem.rounds),
  };
}

function resumed(problem: ProblemRecord, event: Extract<ProblemEvent, { kind: 'resume' }>): ProblemRecord {
  const meant = event.problem === undefined || event.problem === problem.id;
  // A refusal alone does not stop a problem. Resuming an open problem also resets its counters.
  if (!meant || (problem.state !== 'stopped' && problem.state !== 'open')) return problem;
  return { ...problem, state: 'open', rounds: [], since: [], countedFrom: event.seq };
}

function written(problem: ProblemRecord): ProblemRecord {
  return problem.state === 'resolved' ? { ...problem, written: true } : problem;
}

function withItem(items: readonly string[], item: string): readonly string[] {
  return items.includes(item) ? items : [...items, item];
}
