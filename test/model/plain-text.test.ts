import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainText } from '../../src/base/plain-text.ts';

describe('plain text', () => {
  test.each([
    ['colours', 'a\u001b[31mred\u001b[0m', 'ared'],
    ['a window title', 'a\u001b]0;evil\u0007b', 'ab'],
    ['cursor moves', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a carriage return that hides a line', 'shown\rhidden\r\nnext', 'shown\nhidden\nnext'],
    ['bidi overrides (trojan source)', 'if\u202e\u2066x', 'ifx'],
    ['zero-width letters', 'pass\u200bword', 'password'],
    [
      'tag characters, which models read and people do not',
      `ok${String.fromCodePoint(0xe0041, 0xe0042)}`,
      'ok',
    ],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['C1 controls', 'a\u009b31mb', 'a31mb'],
  ])('%s', (_, given, expected) => {
    expect(plainText(given)).toBe(expected);
  });

  test('keeps tabs, line feeds, letters of every script and emoji', () => {
    const text = `${'Grüße\t日本語 עברית 👩‍💻'.replace('\u200d', '')}\n`;
    expect(plainText(text)).toBe(text);
  });

  test('is idempotent for any input, and its JSON is well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const plain = plainText(text);
        expect(plain).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(plainText(plain)).toBe(plain);
        expect(Buffer.from(plain, 'utf8').toString('utf8')).toBe(plain);
      }),
    );
  });
});
