import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest } from '../../src/base/nearest.ts';

test.each([
  ['htp', ['http', 'tcp'], 'http'],
  ['exits', ['exists', 'absent'], 'exists'],
  ['READY', ['ready'], 'ready'],
  ['opne', ['open'], 'open'],
  ['verfiy', ['verify', 'replay'], 'verify'],
  ['xyz', ['http', 'file'], undefined],
  ['a', [], undefined],
  ['GREET', ['GREETING', 'GROUP'], 'GREETING'],
  ['start', ['start-caddy', 'start-server'], undefined],
  ['htt', ['http-server'], undefined],
])('%s among %j means %s', (word, candidates, wanted) => {
  expect(nearest(word, candidates)).toBe(wanted);
});

test('finds a candidate itself as the nearest one', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, selector: (each) => each.toLowerCase() }),
      (candidates) => {
        for (const candidate of candidates) expect(nearest(candidate, candidates)).toBe(candidate);
      },
    ),
  );
});
