import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitToBudget } from '../../src/mcp/tools/budget.ts';

const size = (value: unknown) => JSON.stringify(value).length;

describe('fitting a result into its budget', () => {
  test('keeps a result that fits', () => {
    const output = {
      status: 'failed',
      checks: [{ check: 'tcp 127.0.0.1:80 open', verdict: 'fail' }],
      n: 3,
      ok: true,
    };
    expect(fitToBudget(output, 8_192)).toEqual(output);
  });

  test('keeps the beginning of a text, and the end of a tail and a log', () => {
    const text = `begin${'.'.repeat(20_000)}end`;
    const { more, ...fitted } = fitToBudget({ reason: text, output_tail: text, log: text }, 4_096);
    expect(fitted.reason).toMatch(/^begin.*…$/);
    expect(fitted.output_tail).toMatch(/^….*end$/);
    expect(fitted.log).toMatch(/^….*end$/);
    for (const [key, left] of Object.entries(more as Record<string, number>))
      expect((fitted[key] as string).length - 1 + left).toBe(text.length);
  });

  test('counts omitted list entries, in nested lists too', () => {
    const checks = Array.from({ length: 25 }, (_, index) => ({ check: `check ${index}` }));
    const fitted = fitToBudget({ steps: [{ checks: [] }, { checks }], checks }, 8_192);
    expect(fitted.more).toEqual({ 'steps.1.checks': 5, checks: 5 });
    expect((fitted.checks as unknown[])[19]).toEqual({ check: 'check 19' });
  });

  test('adds to what the tool itself omitted', () => {
    const fitted = fitToBudget({ checks: Array(25).fill('x'), more: { checks: 100, jobs: 3 } }, 8_192);
    expect(fitted.more).toEqual({ checks: 105, jobs: 3 });
  });

  test('shortens the largest first, so that short fields survive', () => {
    const entries = Array.from({ length: 2_000 }, (_, index) => ({ name: `entry ${index}` }));
    const fitted = fitToBudget({ entries, next: 'Call problem_resolve.', short: ['a', 'b'] }, 2_000);
    expect(fitted.next).toBe('Call problem_resolve.');
    expect(fitted.short).toEqual(['a', 'b']);
    expect((fitted.entries as unknown[]).length).toBeGreaterThan(10);
  });

  test('removes terminal control sequences and invisible characters', () => {
    const text = 'a\u001b[31mb\u202ec\u0000d\u{e0041}e\u200bf\ud800g\r\nh\u001b]0;title\u0007i';
    expect(fitToBudget({ text, 'k\u001b[0m': [text] }, 8_192)).toEqual({
      text: 'abcdef\ufffdg\nhi',
      k: ['abcdef\ufffdg\nhi'],
    });
  });

  test('handles 100 MB', () => {
    const started = performance.now();
    const fitted = fitToBudget({ output_tail: '\u001b[1m😀'.repeat(15_000_000) }, 8_192);
    expect(size(fitted)).toBeLessThan(8_192);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('a tool whose field names alone exceed the budget is defective', () => {
    const wide = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`field${index}`, 'x'.repeat(150)]),
    );
    expect(() => fitToBudget(wide, 1_000)).toThrow(RangeError);
  });

  test('never exceeds the budget, whatever the shape', () => {
    const large = { size: 'max' } as const;
    const leaf = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3_000, ...large }),
      fc.integer(),
      fc.constant(null),
    );
    const list = fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 10 })), { maxLength: 40, ...large });
    const name = fc.string({ maxLength: 20 });
    const records = fc.dictionary(name, leaf, { minKeys: 41, maxKeys: 80, ...large });
    const nested = fc.array(fc.record({ d: list, e: leaf }), { maxLength: 10 });
    const output = fc.record({ a: list, b: leaf, c: nested, f: fc.oneof(records, leaf) });
    fc.assert(
      fc.property(output, fc.integer({ min: 2_000, max: 40_000 }), (value, budget) => {
        const fitted = fitToBudget(value as Record<string, unknown>, budget);
        expect(size(fitted)).toBeLessThanOrEqual(budget);
        expect(Object.keys(fitted).filter((key) => key !== 'more')).toEqual(['a', 'b', 'c', 'f']);
      }),
      { numRuns: 15 },
    );
  });
});
