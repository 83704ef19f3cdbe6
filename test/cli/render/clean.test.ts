import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clean, cleanLine } from '../../../src/cli/render/text/clean.ts';

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\u001b[',
      '\u001b]0;',
      '\u0007',
      '\u009b31m',
      '\u001b',
      '\r',
      '\n',
      '\t',
      '\u202e',
      'm',
      '1;2',
      '\\',
      'é',
      '字',
    ),
    fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }),
  ),
});

test('removes everything that moves, hides or reorders text', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      expect(clean(text)).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/,
      );
      expect(cleanLine(text)).not.toContain('\n');
    }),
  );
});

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b]0;a title\u0007text', 'text'],
  ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u009b1mbold', 'bold'],
  ['\u001b(Bascii', 'ascii'],
  ['\u001b[?25lhidden', 'hidden'],
  ['tab\tand\nline', 'tab\tand\nline'],
  ['ring\u0007', 'ring'],
])('%j becomes %j', (text, expected) => expect(clean(text)).toBe(expected));
