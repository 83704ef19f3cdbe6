import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, LONGEST_MS, parseDuration } from '../../src/base/duration.ts';

test.each([
  ['1ms', 1],
  ['500ms', 500],
  ['90s', 90_000],
  ['1m30s', 90_000],
  ['2h', 7_200_000],
  ['1h2m3s4ms', 3_723_004],
  ['0h1s', 1000],
  ['24h', LONGEST_MS],
])('%s is %i ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', 's', '0s', '24h1ms', '1s1m', '1.5s', '-1s', '1 s', '1S', '1d', '9999999999s', '1sx'])(
  '%j is not a duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('reads back what it formats', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: LONGEST_MS }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
  expect([formatDuration(0), formatDuration(90_000), formatDuration(61_005)]).toEqual([
    '0ms',
    '1m30s',
    '1m1s5ms',
  ]);
});
