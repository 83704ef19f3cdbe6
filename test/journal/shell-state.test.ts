import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinState, splitState } from '../../src/journal/shell-state.ts';

const nothing = () => false;

describe('the state after a step', () => {
  it('is restored unchanged if it contains no secret', () => {
    const variables = fc.uniqueArray(fc.tuple(fc.string(), fc.option(fc.string())), {
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(variables, fc.option(fc.string(), { nil: undefined }), (entries, cwd) => {
        const state = { variables: new Map(entries), ...(cwd === undefined ? {} : { cwd }) };
        const kept = JSON.parse(JSON.stringify(splitState(state, nothing)));
        const back = joinState(kept);
        expect(new Map([...back.state.variables].sort())).toEqual(new Map([...state.variables].sort()));
        expect(back.state.cwd).toBe(cwd);
        expect(back.withheld).toEqual([]);
      }),
    );
  });

  it('is stored without values that contain a secret', () => {
    const state = {
      variables: new Map([
        ['URL', 'https://u:hunter22@host'],
        ['PLAIN', '1'],
        ['GONE', null],
      ]),
      cwd: '/srv/hunter22',
    };
    const kept = splitState(state, (value) => value.includes('hunter22'));
    expect(kept).toEqual({ set: { PLAIN: '1' }, unset: ['GONE'], secret: ['URL', 'PWD'] });
    expect(JSON.stringify(kept)).not.toContain('hunter22');
    expect(joinState(kept)).toEqual({
      state: {
        variables: new Map([
          ['PLAIN', '1'],
          ['GONE', null],
        ]),
      },
      withheld: ['URL', 'PWD'],
    });
  });

  it('may contain any name that a shell exports', () => {
    const kept = splitState({ variables: new Map([['__proto__', 'x']]) }, nothing);
    expect(joinState(JSON.parse(JSON.stringify(kept))).state.variables.get('__proto__')).toBe('x');
  });
});
