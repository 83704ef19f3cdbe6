import { describe, expect, it } from 'vitest';
import { findRenames, type KnownStep } from '../../src/journal/renames.ts';
import type { StepMemory } from '../../src/model/journal.ts';

const renames = (journaled: Record<string, string>, document: Record<string, string>) => {
  const memory = new Map(Object.entries(journaled).map(([id, action]) => [id, { action } as StepMemory]));
  const steps = Object.entries(document).map(([id, action]): KnownStep => ({ id, action }));
  return Object.fromEntries(findRenames(memory, steps));
};

describe('a renamed step', () => {
  it('is detected by an unknown id with the action of a missing step', () => {
    expect(renames({ install: 'a', start: 'b' }, { 'install-k3s': 'a', start: 'b' })).toEqual({
      'install-k3s': 'install',
    });
  });

  it('is not detected if the action was edited too', () => {
    expect(renames({ install: 'a' }, { 'install-k3s': 'a2' })).toEqual({});
  });

  it('is not detected if the old step still exists: it was copied', () => {
    expect(renames({ install: 'a' }, { install: 'a', again: 'a' })).toEqual({});
  });

  it('is not detected if it is ambiguous', () => {
    expect(renames({ one: 'a', two: 'a' }, { three: 'a' })).toEqual({});
    expect(renames({ one: 'a' }, { two: 'a', three: 'a' })).toEqual({});
  });

  it('may swap its name with another step', () => {
    expect(renames({ one: 'a', two: 'b' }, { three: 'a', four: 'b' })).toEqual({ three: 'one', four: 'two' });
  });
});
