import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanBlocks } from '../../src/markdown/commonmark/scan.ts';
import { splice } from '../../src/markdown/record/splice.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { installedMarkdown } from './installed-markdown.ts';

test('keeps the characters outside of the edits, in order', () => {
  const cuts = fc.uniqueArray(fc.nat(40), { maxLength: 8 }).map((each) => each.sort((a, b) => a - b));
  fc.assert(
    fc.property(
      fc.string({ minLength: 40, maxLength: 60 }),
      cuts,
      fc.string(),
      (text, offsets, replacement) => {
        const edits = [];
        for (let index = 0; index + 1 < offsets.length; index += 2) {
          edits.push({ span: { start: offsets[index]!, end: offsets[index + 1]! }, text: replacement });
        }
        let outside = text;
        for (const { span } of edits.toReversed())
          outside = outside.slice(0, span.start) + outside.slice(span.end);
        const marked = splice(
          text,
          edits.map((edit) => ({ ...edit, text: '' })),
        );
        expect(marked).toBe(outside);
        expect(splice(text, edits)).toHaveLength(outside.length + edits.length * replacement.length);
      },
    ),
  );
});

test('accepts edits in any order, and keeps the order of insertions at one place', () => {
  const at = (start: number, text: string, end = start) => ({ span: { start, end }, text });
  expect(splice('abcdef', [at(4, 'X', 5), at(1, '1'), at(1, '2'), at(0, 'Y', 1)])).toBe('Y12bcdXf');
  expect(splice('abc', [])).toBe('abc');
});

test('throws for edits that overlap or exceed the text', () => {
  const at = (start: number, end: number) => ({ span: { start, end }, text: '' });
  expect(() => splice('abcdef', [at(0, 3), at(2, 4)])).toThrow(RangeError);
  expect(() => splice('abc', [at(2, 4)])).toThrow(RangeError);
  expect(() => splice('abc', [at(2, 1)])).toThrow(RangeError);
});

test('keeps the other bytes of independent documents', () => {
  for (const file of installedMarkdown()) {
    const input = readFileSync(file);
    const text = input.toString('utf8');
    expect(Buffer.from(splice(text, [])).equals(input), file).toBe(true);
    const block = scanBlocks(sourceOf(text, file)).at(-1);
    if (!block) continue;
    const edited = splice(text, [{ span: { start: block.span.start, end: block.span.start }, text: 'NEW' }]);
    expect(edited.slice(0, block.span.start) + edited.slice(block.span.start + 3) === text, file).toBe(true);
  }
});
