import { describe, expect, test } from 'vitest';
import type { StepMemory } from '../../src/model/journal.ts';
import { type CheckTally, decideFromChecks, decideFromJournal } from '../../src/plan/decide.ts';

const confirmed: StepMemory = {
  status: 'confirmed',
  action: 'A',
  inputs: 'I',
  actedSeq: 3,
  confirmedSeq: 3,
  background: [],
};

function situation(
  memory: StepMemory | undefined,
  parts: Partial<Parameters<typeof decideFromJournal>[0]> = {},
) {
  return { memory, actionHash: 'A', inputsHash: 'I', needsActed: false, forced: false, ...parts };
}

function tally(pass: number, fail: number, unknown: number, covering = pass + fail + unknown): CheckTally {
  return { pass, fail, unknown, covering };
}

describe('implements the table of docs/format.md', () => {
  test.each([
    ['all pass', tally(2, 0, 0)],
    ['the step has no checks', tally(0, 0, 0)],
  ])('confirmed, same action and inputs, %s: skip', (_, checks) => {
    expect(decideFromJournal(situation(confirmed))).toEqual({ kind: 'ask', confirmed: true });
    expect(decideFromChecks(true, checks)).toEqual({ kind: 'skip', reason: 'confirmed' });
  });

  test.each([
    ['one fails', tally(1, 1, 0)],
    ['one fails and another is unknown', tally(0, 1, 1)],
  ])('confirmed, %s: act, it drifted', (_, checks) => {
    expect(decideFromChecks(true, checks)).toEqual({ kind: 'act', reason: 'drifted' });
  });

  test('confirmed, no failures, some unknown: a person is needed', () => {
    expect(decideFromChecks(true, tally(1, 0, 1))).toEqual({ kind: 'person' });
  });

  test.each([
    ['edited', situation(confirmed, { actionHash: 'B' }), 'edited'],
    ['given other inputs', situation(confirmed, { inputsHash: 'J' }), 'inputs-changed'],
    ['failed', situation({ ...confirmed, status: 'failed' }), 'failed-before'],
    ['interrupted', situation({ ...confirmed, status: 'interrupted' }), 'interrupted'],
    ['confirmed before something it needs acted', situation(confirmed, { needsActed: true }), 'needs-acted'],
    ['confirmed but forced', situation(confirmed, { forced: true }), 'forced'],
  ] as const)('%s: act without asking', (_, given, reason) => {
    expect(decideFromJournal(given)).toEqual({ kind: 'act', reason });
  });

  test('not in the journal, at least one check and all pass: found so', () => {
    expect(decideFromJournal(situation(undefined))).toEqual({ kind: 'ask', confirmed: false });
    expect(decideFromChecks(false, tally(1, 0, 0))).toEqual({ kind: 'skip', reason: 'found' });
  });

  test.each([
    ['no check at all', tally(0, 0, 0)],
    ['one fails', tally(1, 1, 0)],
    ['one is unknown', tally(1, 0, 1)],
    ['only its file exists, and its script was never run', tally(1, 0, 0, 0)],
  ])('not in the journal, %s: act', (_, checks) => {
    expect(decideFromChecks(false, checks)).toEqual({ kind: 'act', reason: 'new' });
  });

  test('undone: like a step that is not in the journal', () => {
    expect(decideFromJournal(situation({ ...confirmed, status: 'undone' }))).toEqual({
      kind: 'ask',
      confirmed: false,
    });
  });
});
