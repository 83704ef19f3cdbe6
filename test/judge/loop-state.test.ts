import { expect, test } from 'vitest';
import { LoopEntry, type LoopRecord } from '../../src/loop/loop.ts';
import { loopState, withRecord } from '../../src/loop/loop-state.ts';
import { problemId } from '../../src/loop/problem-life.ts';

/** Numbered, dated and validated by the schema, like lines of a journal. */
const journal = (...entries: object[]): LoopRecord[] =>
  entries.map((entry, index) => ({ ...LoopEntry.parse(entry), seq: index + 1, at: index * 1000 }));

const X = problemId('box', 'x');
const run = [{ lang: 'bash', text: 'caddy run\n' }];
const start = (attempt: string, step = 'caddy') => ({
  kind: 'attempt-started',
  ...{ attempt, step, job: `job-${attempt}`, box: 'box', source: 'draft', form: 'f' },
  body: { title: step, run },
});
const end = (attempt: string, status: string, part: object = {}) => ({
  kind: 'attempt-ended',
  ...{ attempt, status, durationMs: 5, actedMs: 3, exitCode: status === 'failed' ? 1 : 0 },
  ...part,
});
const fail = (attempt: string) => end(attempt, 'failed', { fingerprint: 'x', outputTail: 'bind: :80' });

const story = journal(
  start('1'),
  fail('1'),
  {
    kind: 'evidence',
    evidence: { id: 'ev-1', kind: 'listener', summary: 'nginx', at: '2026-11-20', data: {} },
  },
  { kind: 'guard', attempt: '2', step: 'caddy', code: 'circles', verdict: 'ask', reason: 'r', evidence: [] },
  start('3', 'remove-nginx'),
  end('3', 'succeeded'),
  start('4'),
  end('4', 'succeeded'),
  { kind: 'problem', problem: X, move: { to: 'resolved', why: 'nginx held port 80', cause: 'port' } },
  { kind: 'saved', attempts: ['3', '4'] },
);

test('rebuilds attempts, problems, evidence and guards from the journal alone', () => {
  const state = loopState(story);
  expect(state.attempts.map((each) => [each.attempt, each.status, each.saved])).toEqual([
    ['1', 'failed', false],
    ['3', 'succeeded', true],
    ['4', 'succeeded', true],
  ]);
  expect(state.attempts[0]).toMatchObject({
    problem: X,
    startedAt: 0,
    exitCode: 1,
    body: { verify: [], undo: [] },
  });
  expect(state.problems).toMatchObject([{ id: X, state: 'resolved', clearedBy: '4', cause: 'port' }]);
  expect(state.evidence).toHaveLength(1);
  expect(state.guards).toHaveLength(1);
});

test('ends in the same state when the journal is cut anywhere and read again', () => {
  const whole = loopState(story);
  for (let cut = 0; cut <= story.length; cut++) {
    const restarted = loopState(JSON.parse(JSON.stringify(story.slice(0, cut))));
    expect(story.slice(cut).reduce(withRecord, restarted)).toEqual(whole);
  }
});

test('treats an attempt without an end as running, without effect on problems', () => {
  const state = loopState(journal(start('1')));
  expect(state.attempts[0]!.status).toBe('running');
  expect(state.problems).toEqual([]);
});

test('ignores a second end of an attempt, and the end of an unknown attempt', () => {
  const once = journal(start('1'), fail('1'));
  const twice = journal(start('1'), fail('1'), fail('1'), fail('9'));
  expect(loopState(twice)).toEqual(loopState(once));
});

test('stops a problem when a guard stops it; resume reopens it and resets its counters', () => {
  const guard = {
    kind: 'guard',
    attempt: '2',
    step: 'caddy',
    code: 'circles',
    verdict: 'refuse',
    evidence: [],
  };
  const stopped = journal(start('1'), fail('1'), {
    ...guard,
    reason: 'five rounds',
    problem: X,
    stops: 'problem',
  });
  expect(loopState(stopped).problems).toMatchObject([{ state: 'stopped', reason: 'five rounds' }]);
  const [resume] = journal({ kind: 'resume' });
  const resumed = withRecord(loopState(stopped), { ...resume!, seq: 4 });
  expect(resumed.problems).toMatchObject([{ state: 'open', countedFrom: 4 }]);
  expect(resumed.resumedAt).toBe(4);
});

test('marks an undone attempt', () => {
  const state = loopState(
    journal(start('1'), end('1', 'succeeded'), { kind: 'attempt-undone', attempt: '1' }),
  );
  expect(state.attempts[0]!.undone).toBe(true);
});
