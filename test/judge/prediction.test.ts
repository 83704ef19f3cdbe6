import { expect, test } from 'vitest';
import type { PredictionRow } from '../../src/loop/hypothesis.ts';
import { predictionHeld } from '../../src/loop/prediction.ts';

const rows = (...pairs: [PredictionRow['before'], PredictionRow['after']][]): PredictionRow[] =>
  pairs.map(([before, after]) => ({ check: 'port 80', before, after }));

test.each([
  ['yes', rows(['fail', 'pass'])],
  ['yes', rows(['unknown', 'pass'])],
  ['yes', rows(['fail', 'pass'], ['pass', 'pass'])],
  ['no', rows(['fail', 'fail'])],
  ['no', rows(['fail', 'pass'], ['fail', 'fail'])],
  ['no', rows(['fail', 'unknown'], ['pass', 'fail'])],
  ['unknown', rows(['fail', 'unknown'])],
  ['unknown', rows(['fail', undefined])],
  ['unknown', rows(['pass', 'pass'])],
  ['unknown', rows([undefined, 'pass'])],
  ['unknown', rows()],
] as const)('%s: %j', (held, given) => {
  expect(predictionHeld(given)).toBe(held);
});
