import { expect, test } from 'vitest';
import { pluralize } from '../../src/base/pluralize.ts';

test.each([
  [0, '0 steps', '0 boxes'],
  [1, '1 step', '1 box'],
  [2, '2 steps', '2 boxes'],
])('%i', (number, steps, boxes) => {
  expect(pluralize(number, 'step')).toBe(steps);
  expect(pluralize(number, 'box', 'boxes')).toBe(boxes);
});
