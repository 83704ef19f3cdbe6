import { describe, expect, test } from 'vitest';
import type { Runbook } from '../../src/model/runbook.ts';
import { actionHash, approvalHash, inputsHash } from '../../src/plan/hash.ts';
import { bash, needs, step } from '../support/steps.ts';

const base = step('a', { actions: [bash('echo one')], verify: [] });

describe('an action hash', () => {
  test('ignores prose, Verify and time limits', () => {
    expect(actionHash({ ...base, why: 'other', title: 'Other', verify: [] })).toBe(actionHash(base));
    expect(actionHash({ ...base, actions: [{ ...bash('echo one'), timeoutMs: 1 }] })).toBe(actionHash(base));
  });

  test.each([
    ['text', { text: 'echo two\n' }],
    ['directory', { cwd: '/tmp' }],
    ['interpreter', { interpreter: ['sh'] }],
    ['user', { user: 'nobody' }],
    ['background', { background: 'keep' as const }],
  ])('changes with the %s', (_, change) => {
    expect(actionHash({ ...base, actions: [{ ...bash('echo one'), ...change }] })).not.toBe(actionHash(base));
  });

  test('distinguishes where the text of a fence ends', () => {
    const split = step('a', { actions: [bash('a'), bash('b')] });
    const joined = step('a', { actions: [bash('a\nb')] });
    expect(actionHash(split)).not.toBe(actionHash(joined));
  });
});

describe('an approval hash', () => {
  const runbook = (parts: Partial<Runbook>): Runbook => ({
    file: 'AUTODOCK.md',
    kind: 'runbook',
    name: 'x',
    frontMatter: { requires: [], env: {} },
    sections: [],
    steps: [base],
    inputs: [],
    facts: [],
    decisions: [],
    endpoints: [],
    schedule: [],
    questions: [],
    prerequisites: [],
    diagnostics: [],
    ...parts,
  });

  test('ignores prose and names', () => {
    expect(approvalHash(runbook({ name: 'y', steps: [{ ...base, why: 'z', title: 'T' }] }))).toBe(
      approvalHash(runbook({})),
    );
  });

  test.each([
    ['needs', { steps: [{ ...base, needs: needs('b') }] }],
    ['an attribute', { steps: [{ ...base, actions: [bash('echo one', { timeout: '1s' })] }] }],
    ['an undo', { steps: [{ ...base, undo: [bash('rm x')] }] }],
    ['the baseline', { frontMatter: { requires: [], env: { PATH: '/evil' } } }],
  ] satisfies [string, Partial<Runbook>][])('changes with %s', (_, parts) => {
    expect(approvalHash(runbook(parts))).not.toBe(approvalHash(runbook({})));
  });
});

test('an inputs hash is keyed, and empty for no inputs', () => {
  expect(inputsHash('k', [])).toBe('');
  expect(inputsHash('k1', [['A', 'x']])).not.toBe(inputsHash('k2', [['A', 'x']]));
  expect(inputsHash('k', [['A', 'x']])).not.toBe(inputsHash('k', [['A', 'y']]));
});
