import { describe, expect, it } from 'vitest';
import { findRenames, type KnownStep } from '../../src/journal/renames.ts';
import type { StepMemory } from '../../src/model/journal.ts';

const renames = (journaled: Record<string, string>, document: Record<string, string>) => {
  const memory = new Map(Object.entries(journaled).map(([id, action]) => [id, { action } as StepMemory]));
  const steps = Object.entries(document).map(([id, action]): KnownStep => ({ id, action }));
  return Object.fromEntries(findRenames(memory, steps));
};

describe('a renamed step', () => {
  it('is an unknown id with the action of a journaled step that is gone', () => {
    expect(renames({ install: 'a', start: 'b' }, { 'install-k3s': 'a', start: 'b' })).toEqual({
      'install-k3s': 'install',
    });
  });

  it('is none where the action was edited too', () => {
    expect(renames({ install: 'a' }, { 'install-k3s': 'a2' })).toEqual({});
  });

  it('is none where the old step still stands: it was copied', () => {
    expect(renames({ install: 'a' }, { install: 'a', again: 'a' })).toEqual({});
  });

  it('is none where two gone steps, or two new ones, could be meant', () => {
    expect(renames({ one: 'a', two: 'a' }, { three: 'a' })).toEqual({});
    expect(renames({ one: 'a' }, { two: 'a', three: 'a' })).toEqual({});
  });

  it('may trade names with another', () => {
    expect(renames({ one: 'a', two: 'b' }, { three: 'a', four: 'b' })).toEqual({ three: 'one', four: 'two' });
  });
});
