import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineSplitter } from '../../../src/cli/render/text/line-splitter.ts';

test('the lines do not depend on how the stream is split into chunks', () => {
  const stream = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r', '\r\n', '\u001b[1m', 'é') });
  fc.assert(
    fc.property(stream, fc.array(fc.nat(40)), (text, cuts) => {
      const whole = lineSplitter();
      const pieces = lineSplitter();
      const expected = [...whole.push(text), ...whole.end()];
      const got: string[] = [];
      let rest = text;
      for (const cut of cuts) {
        got.push(...pieces.push(rest.slice(0, cut)));
        rest = rest.slice(cut);
      }
      got.push(...pieces.push(rest), ...pieces.end());
      expect(got).toEqual(expected);
    }),
  );
});

test('shows only the last state of a progress bar', () => {
  const lines = lineSplitter();
  expect(lines.push('10%\r50%\r')).toEqual([]);
  expect(lines.unfinished()).toBe('50%');
  expect(lines.push('100%\ndone\r\n')).toEqual(['100%', 'done']);
});

test('a stream without line ends uses little memory', () => {
  const lines = lineSplitter();
  for (let index = 0; index < 1000; index++) lines.push('x'.repeat(10_000));
  expect(lines.end()[0]!.length).toBeLessThan(5000);
});
