import type { Attempt } from './attempt.ts';
import type { LoopRecord, LoopState } from './loop.ts';
import { advance } from './problem-life.ts';

/** The state before any record. */
export const EMPTY_LOOP: LoopState = { attempts: [], problems: [], evidence: [], guards: [], resumedAt: 0 };

/** Rebuilds everything that the guards and the fold read from the journal's records, in order. */
export function loopState(records: Iterable<LoopRecord>): LoopState {
  let state = EMPTY_LOOP;
  for (const record of records) state = withRecord(state, record);
  return state;
}

/** The state after one more record. Records of unknown kinds change nothing. */
export function withRecord(state: LoopState, record: LoopRecord): LoopState {
  const { seq } = record;
  switch (record.kind) {
    case 'attempt-started':
      return { ...state, attempts: [...state.attempts, started(record)] };
    case 'attempt-ended':
      return afterEnd(state, record);
    case 'attempt-undone':
      return withAttempts(state, [record.attempt], { undone: true });
    case 'saved':
      return afterSave(state, record);
    case 'guard':
      return afterGuard(state, record);
    case 'evidence':
      return { ...state, evidence: [...state.evidence, record.evidence] };
    case 'problem': {
      const event = { kind: 'move', problem: record.problem, move: record.move } as const;
      return { ...state, problems: advance(state.problems, event) };
    }
    case 'resume': {
      const only = record.problem === undefined ? {} : { problem: record.problem };
      const problems = advance(state.problems, { kind: 'resume', seq, ...only });
      return { ...state, problems, resumedAt: record.problem === undefined ? seq : state.resumedAt };
    }
  }
}

type Started = Extract<LoopRecord, { kind: 'attempt-started' }>;
type Ended = Extract<LoopRecord, { kind: 'attempt-ended' }>;

function started({ kind: _, at, ...record }: Started): Attempt {
  return {
    ...record,
    status: 'running',
    startedAt: at,
    durationMs: 0,
    actedMs: 0,
    exitCode: null,
    outputTail: '',
    checks: [],
    findings: [],
    unchecked: [],
    changed: [],
    undone: false,
    saved: false,
  };
}

function afterEnd(state: LoopState, record: Ended): LoopState {
  const running = state.attempts.find((each) => each.attempt === record.attempt);
  if (running?.status !== 'running') return state;
  const attempt = ended(running, record);
  const problems = advance(state.problems, { kind: 'attempt', attempt });
  const problem = problems.find((each) => each.failures.includes(attempt.attempt))?.id;
  const final = problem === undefined ? attempt : { ...attempt, problem };
  return {
    ...state,
    problems,
    attempts: state.attempts.map((each) => (each.attempt === final.attempt ? final : each)),
  };
}

function ended(attempt: Attempt, { kind: _, seq: _seq, at: _at, prediction, ...record }: Ended): Attempt {
  return { ...attempt, ...record, prediction: prediction.length > 0 ? prediction : attempt.prediction };
}

function afterGuard(state: LoopState, record: Extract<LoopRecord, { kind: 'guard' }>): LoopState {
  const guards = [...state.guards, record];
  if (record.stops !== 'problem' || record.problem === undefined) return { ...state, guards };
  const move = { to: 'stopped', question: record.reason } as const;
  const event = { kind: 'move', problem: record.problem, move } as const;
  return { ...state, guards, problems: advance(state.problems, event) };
}

function afterSave(state: LoopState, record: Extract<LoopRecord, { kind: 'saved' }>): LoopState {
  const problems = advance(state.problems, { kind: 'written', problems: record.problems });
  return withAttempts({ ...state, problems }, record.attempts, { saved: true });
}

function withAttempts(state: LoopState, ids: readonly string[], change: Partial<Attempt>): LoopState {
  return {
    ...state,
    attempts: state.attempts.map((each) => (ids.includes(each.attempt) ? { ...each, ...change } : each)),
  };
}
