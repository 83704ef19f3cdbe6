import { expect, test } from 'vitest';
import { clock, duration } from '../../src/base/shown-duration.ts';

test.each([
  [0, '0ms', '0s'],
  [999.4, '999ms', '0s'],
  [1000, '1.0s', '1s'],
  [12_340, '12.3s', '12s'],
  [59_990, '59.9s', '59s'],
  [60_000, '1m 00s', '1m 00s'],
  [125_000, '2m 05s', '2m 05s'],
  [3_720_000, '1h 02m', '1h 02m'],
])('%i ms is %s, on a clock %s', (ms, exact, rough) => {
  expect(duration(ms)).toBe(exact);
  expect(clock(ms)).toBe(rough);
});
