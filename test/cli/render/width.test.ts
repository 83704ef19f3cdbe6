import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { clean } from '../../../src/cli/render/text/clean.ts';
import { pad, truncate, widthOf } from '../../../src/cli/render/text/width.ts';

const text = fc.string({ unit: 'grapheme' }).map((each) => clean(each).replace(/[\t\n]/g, ''));

test('no line is wider than measured', () => {
  fc.assert(
    fc.property(text, (line) => {
      expect(widthOf(line)).toBeGreaterThanOrEqual(stringWidth(line));
    }),
    {
      numRuns: 2000,
    },
  );
});

test.each(['plain', 'naïve', 'cafe\u0301', '配置するステップ', 'ｆｕｌｌ', '🚀', '❤️', '1️⃣', '🇩🇪', '✓ – ✗ …'])(
  '%s is measured exactly',
  (line) => {
    expect(widthOf(line)).toBe(stringWidth(line));
  },
);

test('truncates only lines that do not fit', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (line, columns) => {
      const cut = truncate(line, columns);
      expect(widthOf(cut)).toBeLessThanOrEqual(columns);
      if (widthOf(line) <= columns) expect(cut).toBe(line);
      expect(widthOf(pad(cut, columns))).toBe(columns);
    }),
  );
});

test.each([
  ['short', 10, 'short'],
  ['配置するステップ', 7, '配置す…'],
  ['rocket 🚀🚀', 9, 'rocket…'],
  ['word', 0, ''],
])('%j in %i columns is %j', (line, columns, expected) => expect(truncate(line, columns)).toBe(expected));
