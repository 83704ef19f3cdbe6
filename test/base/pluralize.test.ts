import { expect, test } from 'vitest';
import { listCounts } from '../../src/base/pluralize.ts';

test.each([
  [[0, 0, 0], ''],
  [[2, 0, 0], '2 fences'],
  [[1, 0, 3], '1 fence and 3 commands'],
  [[1, 1, 1], '1 fence, 1 check and 1 command'],
])('%j is %j', ([fences, checks, commands], text) => {
  expect(
    listCounts([
      [fences!, 'fence'],
      [checks!, 'check'],
      [commands!, 'command'],
    ]),
  ).toBe(text);
});
