import { expect, test } from 'vitest';
import { FAULTS } from '../../src/model/reports/chaos.ts';
import { chooseFaults } from '../../src/plan/choose-faults.ts';

const steps = Array.from({ length: 10 }, (_, i) => `step-${i}`);

test('chooses the same steps for the same seed on every machine', () => {
  expect(chooseFaults(7, FAULTS, steps)).toEqual(chooseFaults(7, FAULTS, steps));
  expect(chooseFaults(7, FAULTS, steps).map(({ fault, step }) => `${fault} ${step}`)).toMatchInlineSnapshot(`
    [
      "kill-step step-0",
      "kill-box step-0",
      "drop-network step-9",
      "fill-disk step-6",
      "restart step-5",
    ]
  `);
});

test('reaches every step with many seeds', () => {
  const reached = new Set(
    Array.from({ length: 200 }, (_, seed) => chooseFaults(seed, ['restart'], steps)[0]!.step),
  );
  expect([...reached].toSorted()).toEqual(steps);
});

test('chooses no faults without steps', () => {
  expect(chooseFaults(1, FAULTS, [])).toEqual([]);
});
