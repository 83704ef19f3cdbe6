import { describe, expect, it } from 'vitest';
import { emptyMemory, type JournalMemory, remember } from '../../src/journal/memory.ts';
import type { JournalEntry, JournalRecord } from '../../src/model/journal.ts';
import { confirmed, started } from './places.ts';

function memoryOf(...entries: (JournalEntry & { pass?: string })[]): JournalMemory {
  const memory = emptyMemory();
  entries.forEach((entry, index) => {
    remember(memory, { v: 1, at: `t${index + 1}`, pass: 'p1', ...entry, seq: index + 1 } as JournalRecord);
  });
  return memory;
}

const step = (...entries: JournalEntry[]) => memoryOf(...entries).steps.get('one');
const process = (fence: number, pid: number) => ({ fence, pid, start: '1', log: '/l' });

describe('the memory of a step', () => {
  it('is interrupted between its start and its end', () => {
    expect(step(started('one'))).toMatchObject({ status: 'interrupted', confirmedSeq: 0, at: 't1' });
    expect(step(started('one'), confirmed('one'))).toMatchObject({
      status: 'confirmed',
      confirmedSeq: 2,
      at: 't2',
    });
    expect(step(confirmed('one'), started('one', 'a2'))).toMatchObject({
      status: 'interrupted',
      action: 'a2',
      confirmedSeq: 1,
    });
  });

  it('distinguishes acted steps from found, accepted and restored ones, for dependents', () => {
    const acted = confirmed('one');
    expect(step(confirmed('one', { how: 'found' }))).toMatchObject({ actedSeq: 0, confirmedSeq: 1 });
    for (const how of ['found', 'accepted', 'restored'] as const) {
      expect(step(acted, confirmed('one', { how }))).toMatchObject({ actedSeq: 1, confirmedSeq: 2 });
    }
    expect(step(acted, acted)).toMatchObject({ actedSeq: 2 });
  });

  it('keeps the objects of an earlier confirmation while the step runs again or has failed', () => {
    const whole = confirmed('one', { background: [process(0, 7)], undo: ['rm'], title: 'One' });
    const failed: JournalEntry = { kind: 'failed', step: 'one', action: 'a2', inputs: 'i', reason: 'exit' };
    expect(step(whole, started('one', 'a2'), failed)).toMatchObject({
      status: 'failed',
      background: [process(0, 7)],
      undo: ['rm'],
      title: 'One',
      actedSeq: 1,
    });
  });

  it('keeps the last process of each fence', () => {
    const entries = [process(0, 7), process(1, 8), process(0, 9)].map(
      (each): JournalEntry => ({ kind: 'background', step: 'one', process: each }),
    );
    expect(step(started('one'), ...entries)?.background).toEqual([process(1, 8), process(0, 9)]);
    expect(step(started('one'), ...entries, confirmed('one', { background: [] }))?.background).toEqual([]);
  });

  it('keeps nothing of an undone step, so that Undo does not run twice', () => {
    const undone = step(confirmed('one', { undo: ['rm'], background: [process(0, 7)] }), {
      kind: 'undone',
      step: 'one',
    });
    expect(undone).toMatchObject({ status: 'undone', actedSeq: 0, background: [] });
    expect(undone).not.toHaveProperty('undo');
    expect(undone).not.toHaveProperty('state');
  });

  it('does not keep the state of an earlier confirmation', () => {
    const state = { set: { A: '1' }, unset: [], secret: [] };
    expect(step(confirmed('one', { state }), confirmed('one'))!.state).toBeUndefined();
  });

  it('follows a rename', () => {
    const { steps } = memoryOf(confirmed('one'), { kind: 'renamed', step: 'first', from: 'one' });
    expect([...steps.keys()]).toEqual(['first']);
    expect(steps.get('first')).toMatchObject({ status: 'confirmed' });
    expect(memoryOf({ kind: 'renamed', step: 'first', from: 'nobody' }).steps.size).toBe(0);
  });
});

describe('the memory of passes', () => {
  it('is about the last pass', () => {
    const { pass, fixes } = memoryOf(
      { ...({ kind: 'fix', how: 'reactive', step: 's', problem: 'p', action: 'f' } as const), pass: 'p1' },
      { kind: 'pass-ended', outcome: 'done', pass: 'p1' },
      { kind: 'pass-started', version: '1', pass: 'p2' },
    );
    expect(pass).toEqual({ id: 'p2' });
    expect(fixes.size).toBe(0);
  });

  const fix: JournalEntry = { kind: 'fix', how: 'reactive', step: 'one', problem: 'p', action: 'f' };
  const failed: JournalEntry = { kind: 'failed', step: 'one', action: 'a', inputs: 'i', reason: 'exit' };

  it('keeps a Fix as used while the step fails, also in a resumed pass', () => {
    const { fixes } = memoryOf(started('one'), fix, failed, started('one'), failed, started('two'));
    expect([...fixes.keys()]).toEqual(['one']);
  });

  it('makes a Fix available again if the step was interrupted before its end', () => {
    expect(memoryOf(started('one'), fix).fixes.size).toBe(1);
    expect(memoryOf(started('one'), fix, started('one')).fixes.size).toBe(0);
  });

  it('reopens a pass that is continued', () => {
    const { pass } = memoryOf(
      { kind: 'pass-ended', outcome: 'failed' },
      { kind: 'pass-started', version: '1' },
    );
    expect(pass).toEqual({ id: 'p1' });
  });
});
