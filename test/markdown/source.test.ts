import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSource, LARGEST_DOCUMENT, lineIndexAt, sourceOf } from '../../src/markdown/source.ts';

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

const decoded = (input: Uint8Array) => {
  const result = decodeSource(input, 'a.md');
  if (!('source' in result)) throw new Error(result.diagnostics[0]!.message);
  return result.source;
};

const refusal = (input: Uint8Array) => {
  const result = decodeSource(input, 'a.md');
  if ('source' in result) throw new Error('was decoded');
  const [{ code, place } = { code: 'none' }] = result.diagnostics;
  return [code, place?.line];
};

test('decodes and encodes to the same bytes, including BOM and line ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (text, bom) => {
      const input = Buffer.from((bom ? '\uFEFF' : '') + text.replaceAll('\0', ''));
      expect(Buffer.from(decoded(input).text)).toEqual(input);
    }),
  );
});

test('rejects bytes that are not UTF-8, with their line', () => {
  expect(refusal(bytes('one\ntwo ', [0xff], '\nthree'))).toEqual(['invalid-utf8', 2]);
  expect(refusal(bytes('\u{FFFD} is fine\n', [0xc3]))).toEqual(['invalid-utf8', 2]);
  expect(refusal(bytes([0xff, 0xfe]))).toEqual(['invalid-utf8', 1]);
});

test('rejects a binary file and a huge one before reading', () => {
  expect(refusal(bytes('PK\n\n', [0]))).toEqual(['binary-file', 3]);
  expect(refusal(new Uint8Array(LARGEST_DOCUMENT + 1))).toEqual(['too-large', 1]);
});

test('uses the first line end for new lines', () => {
  expect(['', 'a', 'a\nb\r\n', 'a\r\nb\n', 'a\rb\n'].map((text) => sourceOf(text, '').eol)).toEqual([
    '\n',
    '\n',
    '\n',
    '\r\n',
    '\r',
  ]);
});

test('counts lines like an editor', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '€', '\n', '\r\n', '\r', '𝄞')), (parts) => {
      const source = sourceOf(parts.join(''), 'a.md');
      const lines = source.text.split(/\r\n|\n|\r/);
      expect(source.lineStarts).toHaveLength(lines.length);
      for (let offset = 0; offset <= source.text.length; offset++) {
        const { line, column } = source.placeAt(offset);
        expect(lineIndexAt(source.lineStarts, offset)).toBe(line - 1);
        expect(source.lineStarts[line - 1]! + column - 1).toBe(offset);
      }
    }),
  );
});
