import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderSteps } from '../../src/plan/order.ts';
import { needs, step } from '../support/steps.ts';

const ids = (steps: Parameters<typeof orderSteps>[0]) =>
  orderSteps(steps).ordered.map((each) => each.step.id);

test('keeps the document order without needs', () => {
  const { ordered, diagnostics } = orderSteps([step('a'), step('b'), step('c')]);
  expect(diagnostics).toEqual([]);
  expect(ordered.map((each) => [each.step.id, each.after])).toEqual([
    ['a', []],
    ['b', ['a']],
    ['c', ['b']],
  ]);
});

test('moves needs before a step and keeps everything else', () => {
  expect(
    ids([step('a', { needs: needs('c') }), step('b', { needs: needs() }), step('c', { needs: needs() })]),
  ).toEqual(['c', 'a', 'b']);
});

test('reports a dependency cycle with its path and a remedy', () => {
  const { ordered, diagnostics } = orderSteps([
    step('a', { needs: needs('b') }),
    step('b', { needs: needs('c') }),
    step('c'),
  ]);
  expect(ordered).toEqual([]);
  expect(diagnostics).toMatchObject([{ code: 'needs-circle', severity: 'error' }]);
  expect(diagnostics[0]?.message).toContain('b → c → b');
  expect(diagnostics[0]?.remedy).toContain('Needs: none');
});

test('reports a step that needs itself as a cycle', () => {
  expect(orderSteps([step('a', { needs: needs('a') })]).diagnostics[0]?.message).toContain('a → a');
});

test('orders ten thousand chained steps, written backwards', () => {
  const steps = Array.from({ length: 10_000 }, (_, i) =>
    step(`s${i}`, { needs: i === 9_999 ? needs() : needs(`s${i + 1}`) }),
  );
  expect(ids(steps)[0]).toBe('s9999');
});

test('satisfies every need and contains every step once', () => {
  const graph = fc
    .integer({ min: 1, max: 30 })
    .chain((size) =>
      fc
        .array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 })
        .map((pairs) => ({ size, pairs })),
    );
  fc.assert(
    fc.property(graph, ({ size, pairs }) => {
      const needed = Array.from({ length: size }, () => new Set<string>());
      for (const [from, to] of pairs) if (from > to) needed[from]?.add(`s${to}`);
      const steps = needed.map((each, i) => step(`s${i}`, { index: i, needs: needs(...each) }));
      const order = ids(steps);
      expect([...order].sort()).toEqual(steps.map((each) => each.id).sort());
      for (const each of steps) {
        const list = each.needs.kind === 'listed' ? each.needs.ids : [];
        for (const id of list) expect(order.indexOf(id)).toBeLessThan(order.indexOf(each.id));
      }
    }),
  );
});
