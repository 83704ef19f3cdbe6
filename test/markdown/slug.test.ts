import { expect, test } from 'vitest';
import { anchorsOf, slugOf } from '../../src/markdown/record/slug.ts';

test.each([
  ['Install k3s', 'install-k3s'],
  ['1. Größe & `code`: done!', '1-größe--code-done'],
  ['  two  blanks', '--two--blanks'],
  ['snake_case-and.dots', 'snake_case-anddots'],
  ['日本語 テスト', '日本語-テスト'],
  ['🚀 Go', '-go'],
  ['???', ''],
])('GitHub makes of %j the anchor %j', (text, slug) => {
  expect(slugOf(text)).toBe(slug);
});

test('numbers anchors of equal headings, skipping existing ones', () => {
  expect(anchorsOf(['a', 'a', 'a-1', 'a', 'b'])).toEqual(['a', 'a-1', 'a-1-1', 'a-2', 'b']);
});
