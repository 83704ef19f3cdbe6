import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Attempt, AttemptStatus } from '../../src/loop/attempt.ts';
import type { ProblemRecord } from '../../src/loop/loop.ts';
import {
  advance,
  moveRefusal,
  type ProblemEvent,
  type ProblemMove,
  problemId,
} from '../../src/loop/problem-life.ts';
import { attempt, checkRow } from './attempts.ts';

const life = (...events: ProblemEvent[]): readonly ProblemRecord[] => events.reduce(advance, []);
const only = (...events: ProblemEvent[]): ProblemRecord => {
  const problems = life(...events);
  expect(problems).toHaveLength(1);
  return problems[0]!;
};

let count = 0;
const ran = (status: AttemptStatus, part: Partial<Attempt> = {}): ProblemEvent => ({
  kind: 'attempt',
  attempt: attempt({ attempt: `at-${++count}`, status, ...part }),
});
const failed = (fingerprint: string, part: Partial<Attempt> = {}) => ran('failed', { fingerprint, ...part });
const succeeded = (part: Partial<Attempt> = {}) => ran('succeeded', part);

const X = problemId('box', 'x');
const move = (given: ProblemMove, problem = X): ProblemEvent => ({ kind: 'move', problem, move: given });
const resolve = move({ to: 'resolved', why: 'nginx held port 80' });
const drop = move({ to: 'dropped', reason: 'a typo' });
const stop = move({ to: 'stopped', question: 'who owns port 80?' });
const resume: ProblemEvent = { kind: 'resume', seq: 40 };

describe('every transition', () => {
  test('none: failed with a new fingerprint → open', () => {
    expect(only(failed('x'))).toMatchObject({ id: X, state: 'open', steps: ['caddy'], entry: false });
  });

  test('none: timed out with a new fingerprint → open', () => {
    expect(only(ran('timed_out', { fingerprint: 'x' })).state).toBe('open');
  });

  test('open: the same fingerprint on any step → open, attached', () => {
    const problem = only(failed('x'), failed('x', { step: 'caddy-again' }));
    expect(problem).toMatchObject({ state: 'open', steps: ['caddy', 'caddy-again'] });
    expect(problem.failures).toHaveLength(2);
    expect(problem.rounds).toHaveLength(2);
  });

  test('open: its step succeeds → cleared', () => {
    expect(only(failed('x'), succeeded({ attempt: 'good' }))).toMatchObject({
      state: 'cleared',
      clearedBy: 'good',
    });
  });

  test('open: its step is skipped → cleared', () => {
    expect(only(failed('x'), ran('skipped')).state).toBe('cleared');
  });

  test('open: its step fails differently → cleared', () => {
    const [first, second] = life(failed('x'), failed('y'));
    expect([first!.state, second!.state]).toEqual(['cleared', 'open']);
  });

  test('open: an attempt passes every check that had failed → cleared', () => {
    const checks = [checkRow('port 80 within 5s'), checkRow('command caddy exists', 'unknown')];
    const some = [checkRow('port 80', 'pass'), checkRow('command caddy exists')];
    const all = [checkRow('port 80 within 1m', 'pass'), checkRow('command caddy exists', 'pass')];
    const elsewhere = (rows: typeof checks) => succeeded({ step: 'remove-nginx', checks: rows });
    expect(only(failed('x', { checks }), elsewhere(some)).state).toBe('open');
    expect(only(failed('x', { checks }), elsewhere(all)).state).toBe('cleared');
  });

  test('cleared: the same fingerprint again → open, counters continue', () => {
    const problem = only(failed('x'), succeeded(), failed('x'));
    expect(problem).toMatchObject({ state: 'open' });
    expect(problem.rounds).toHaveLength(2);
    expect(problem.clearedBy).toBeUndefined();
  });

  test('cleared: resolved with a Why → resolved', () => {
    const problem = only(failed('x'), succeeded(), resolve);
    expect(problem).toMatchObject({ state: 'resolved', why: 'nginx held port 80', entry: true });
  });

  test('open: dropped → dropped', () => {
    expect(only(failed('x'), drop)).toMatchObject({ state: 'dropped', reason: 'a typo' });
  });

  test('cleared: dropped → dropped', () => {
    expect(only(failed('x'), succeeded(), drop).state).toBe('dropped');
  });

  test('open: escalated or stopped by a guard → stopped', () => {
    expect(only(failed('x'), stop)).toMatchObject({ state: 'stopped', reason: 'who owns port 80?' });
  });

  test('stopped: resumed → open, counters reset', () => {
    const problem = only(failed('x'), failed('x'), stop, resume);
    expect(problem).toMatchObject({ state: 'open', rounds: [], countedFrom: 40 });
  });

  test('open: resumed → open, counters reset', () => {
    expect(only(failed('x'), resume)).toMatchObject({ state: 'open', rounds: [], countedFrom: 40 });
  });

  test('resolved: can be resolved again until a save has written it', () => {
    const again = move({ to: 'resolved', why: 'it was another server' });
    const problems = life(failed('x'), succeeded(), resolve, again);
    expect(problems[0]).toMatchObject({ state: 'resolved', why: 'it was another server' });
    const written = advance(problems, { kind: 'written', problems: [X] });
    expect(moveRefusal(written, X, { to: 'resolved' })).toMatch(/is resolved/);
  });

  test('resolved: the same fingerprint again → open, counters continue, the entry stays', () => {
    const problem = only(failed('x'), succeeded(), resolve, failed('x', { attempt: 'again' }));
    expect(problem).toMatchObject({ state: 'open', entry: true, openedBy: 'again' });
    expect(problem.rounds).toHaveLength(2);
  });

  test('dropped: the same fingerprint again → open, counters continue', () => {
    const problem = only(failed('x'), drop, failed('x'));
    expect(problem).toMatchObject({ state: 'open', entry: false });
    expect(problem.rounds).toHaveLength(2);
  });
});

describe('no other transition', () => {
  test.each([
    ['open', [], resolve],
    ['cleared', [succeeded()], stop],
    ['resolved', [succeeded(), resolve], drop],
    ['resolved', [succeeded(), resolve], stop],
    ['dropped', [drop], resolve],
    ['dropped', [drop], stop],
    ['stopped', [stop], resolve],
    ['stopped', [stop], drop],
    ['stopped', [stop], succeeded()],
    ['stopped', [stop], failed('x')],
    ['open', [], resume],
    ['cleared', [succeeded()], resume],
  ] as const)('%s stays', (state, before, event) => {
    expect(only(failed('x'), ...before, event).state).toBe(state);
  });

  test('explains why a move is impossible', () => {
    const problems = life(failed('x'));
    expect(moveRefusal(problems, X, { to: 'resolved' })).toBe(
      `To become resolved, a problem must be cleared; ${X} is open.`,
    );
    expect(moveRefusal(problems, 'p-none', { to: 'dropped' })).toBe('The problem p-none does not exist.');
    expect(moveRefusal(problems, X, { to: 'merged', into: X })).toMatch(
      /must be a different, existing problem/,
    );
    expect(moveRefusal(problems, X, { to: 'dropped' })).toBeUndefined();
  });

  test.each(['refused', 'needs_approval', 'running', 'cancelled', 'interrupted'] as const)(
    'an attempt that was %s changes no problem',
    (status) => {
      const before = life(failed('x'));
      expect(advance(before, ran(status, { fingerprint: 'x' }))).toEqual(before);
    },
  );

  test('the same failure on another box is a different problem', () => {
    const problems = life(failed('x'), failed('x', { box: 'other' }), succeeded({ box: 'other' }));
    expect(problems.map((each) => [each.box, each.state])).toEqual([
      ['box', 'open'],
      ['other', 'cleared'],
    ]);
  });
});

describe('rounds', () => {
  const rounds = (...events: ProblemEvent[]): number => only(...events).rounds.length;
  const A = { form: 'a' };

  test('counts the same failing action as the same round', () => {
    expect(rounds(failed('x', A), failed('x', A), failed('x', A))).toBe(1);
  });

  test('counts every fix that did not help as a round', () => {
    const fix = (form: string) => succeeded({ step: form, form });
    expect(rounds(failed('x', A), fix('f'), failed('x', A), fix('g'), failed('x', A))).toBe(3);
  });

  test('counts four unrelated steps between two failures as one round', () => {
    const work = ['b', 'c', 'd', 'e'].map((form) => succeeded({ step: form, form }));
    expect(rounds(failed('x', A), ...work, failed('x', A))).toBe(2);
  });

  test('does not count a skipped step in a round', () => {
    expect(rounds(failed('x', A), ran('skipped', { step: 'b', form: 'b' }), failed('x', A))).toBe(1);
  });
});

test('merged: its fingerprint counts for the other problem from then on', () => {
  const Y = problemId('box', 'y');
  const problems = life(
    failed('y'),
    failed('x', { step: 'other' }),
    move({ to: 'merged', into: Y }),
    failed('x', { step: 'third' }),
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ id: Y, state: 'open', steps: ['caddy', 'other', 'third'] });
});

test('merged: a problem that is open stays open', () => {
  const Y = problemId('box', 'y');
  const problem = only(
    failed('y'),
    succeeded(),
    failed('x', { step: 'other' }),
    move({ to: 'merged', into: Y }),
  );
  expect(problem).toMatchObject({ id: Y, state: 'open' });
});

describe('properties', () => {
  const event = fc
    .record({
      status: fc.constantFrom<AttemptStatus>('failed', 'timed_out', 'succeeded', 'skipped', 'cancelled'),
      fingerprint: fc.constantFrom('x', 'y', 'z'),
      step: fc.constantFrom('a', 'b', 'c'),
      form: fc.constantFrom('f', 'g', 'h'),
    })
    .map(({ status, ...part }) => ran(status, part));
  const said = fc.constantFrom(resolve, drop, stop, resume);
  const story = fc.array(fc.oneof({ weight: 4, arbitrary: event }, said), { maxLength: 30 });

  test('does not depend on titles and step ids: renaming them changes nothing else', () => {
    const renamed = (given: ProblemEvent): ProblemEvent =>
      given.kind === 'attempt'
        ? {
            kind: 'attempt',
            attempt: {
              ...given.attempt,
              step: `renamed-${given.attempt.step}`,
              body: { ...given.attempt.body, title: 'Something new' },
            },
          }
        : given;
    const steps = (problem: ProblemRecord) => problem.steps.map((id) => `renamed-${id}`);
    fc.assert(
      fc.property(story, (events) => {
        const plain = events.reduce(advance, []).map((each) => ({ ...each, steps: steps(each) }));
        expect(events.map(renamed).reduce(advance, [])).toEqual(plain);
      }),
    );
  });

  test('loses no failure and no round when every attempt has a new id', () => {
    const fresh = (given: ProblemEvent, index: number): ProblemEvent =>
      given.kind === 'attempt' ? { ...given, attempt: { ...given.attempt, step: `new-${index}` } } : given;
    const counters = (problem: ProblemRecord) => [problem.id, problem.failures, problem.rounds];
    const failures = fc.array(
      event.filter((each) => each.kind === 'attempt' && each.attempt.status === 'failed'),
    );
    fc.assert(
      fc.property(failures, (events) => {
        const plain = events.reduce(advance, []).map(counters);
        expect(events.map(fresh).reduce(advance, []).map(counters)).toEqual(plain);
      }),
    );
  });

  test('decreases counters only on resume, and never removes a problem', () => {
    fc.assert(
      fc.property(story, (events) => {
        let before: readonly ProblemRecord[] = [];
        for (const each of events) {
          const now = advance(before, each);
          for (const problem of before) {
            const same = now.find(({ id }) => id === problem.id)!;
            expect(same.failures.length).toBeGreaterThanOrEqual(problem.failures.length);
            if (each.kind !== 'resume')
              expect(same.rounds.length).toBeGreaterThanOrEqual(problem.rounds.length);
            expect(same.entry || !problem.entry).toBe(true);
          }
          before = now;
        }
      }),
    );
  });

  test('leaves the problem of every failure open or stopped', () => {
    fc.assert(
      fc.property(story, (events) => {
        const state = advance(events.reduce(advance, []), failed('x')).find(({ id }) => id === X)!.state;
        expect(['open', 'stopped']).toContain(state);
      }),
    );
  });
});
