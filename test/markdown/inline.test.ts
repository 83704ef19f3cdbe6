import fc from 'fast-check';
import type { Nodes } from 'mdast';
import { describe, expect, test } from 'vitest';
import { readInline } from '../../src/markdown/commonmark/inline.ts';
import type { Piece } from '../../src/markdown/commonmark/piece.ts';
import { remark } from './remark-oracle.ts';

/**
 * remark as the oracle of the inline reader. Left out: reference links and most named entities, which the reader does
 * not know; HTML, code, emphasis and hard breaks in the description of an image, which mdast flattens; line ends inside
 * inline code, which remark keeps and CommonMark shows as blanks; and runs of three marks, whose lengths remark counts
 * after some of them were used, where CommonMark counts them as written. The seed is fixed, since a run of two can do so too,
 * once in a hundred thousand texts: `x-__a_._<http://x.y>x`. FUZZ_SEED looks at others.
 */
describe('reads the same text as remark', () => {
  test('in adversarial text, including links and emphasis', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 14 }), (words) => {
        const raw = `x${words.join('')}x`.replace(/[ \t]*\n\s*/g, '\n');
        const [paragraph, another] = remark(raw).children;
        fc.pre(
          !another && paragraph?.type === 'paragraph' && !/[*_]{3}|`[^`]*\n|!\[.*(?:[<`*_]|\\\n)/s.test(raw),
        );
        expect(joined(readInline(raw).map(lookOf)), JSON.stringify(raw)).toEqual(
          joined(looks(paragraph!, [])),
        );
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 1500), seed: Number(process.env.FUZZ_SEED ?? 20_261_125) },
    );
  }, 600_000);
});

test('gives the place of each piece', () => {
  const text = 'see [**the** `code`](#there) &amp; *more*';
  expect(readInline(text).map(({ text, start }) => [start, text])).toEqual([
    [0, 'see'],
    [3, ' '],
    [7, 'the'],
    [12, ' '],
    [13, 'code'],
    [28, ' '],
    [29, '&'],
    [34, ' '],
    [36, 'more'],
  ]);
});

test.each([
  '[',
  '![',
  '`',
  '*a ',
  '_a',
  '<',
  '<a ',
  '<!--',
  '[a](',
  '[a](<',
  '``` ` ',
  '&#',
  '\\',
  '**a *b ',
  '[x](y)',
  '](',
  '<a b="',
])('reads a quarter of a million of %j quickly', (unit) => {
  const text = unit.repeat(Math.ceil(250_000 / unit.length));
  const started = performance.now();
  readInline(text);
  expect(performance.now() - started).toBeLessThan(5_000);
});

interface Look {
  readonly text: string;
  readonly look: readonly string[];
}

function lookOf({ text, code, strong, emphasis, href }: Piece): Look {
  const look = [strong && 'strong', emphasis && 'emphasis', href, code && 'code'];
  return { text, look: look.filter((each) => typeof each === 'string') };
}

/** The same in remark's tree: strong, emphasis and the innermost target of every text. */
function looks(node: Nodes, around: readonly string[]): Look[] {
  const marks = around.filter((each) => each === 'strong' || each === 'emphasis');
  switch (node.type) {
    case 'text':
      return [{ text: node.value, look: around }];
    case 'inlineCode':
      return [{ text: node.value, look: [...around, 'code'] }];
    case 'break':
      return [{ text: '\n', look: around }];
    case 'image':
      return [{ text: node.alt ?? '', look: [...marks, node.url] }];
    case 'strong':
    case 'emphasis':
      return node.children.flatMap((child) => looks(child, [...around, node.type]));
    case 'link':
      return node.children.flatMap((child) => looks(child, [...marks, node.url]));
    case 'paragraph':
      return node.children.flatMap((child) => looks(child, around));
    default:
      return [];
  }
}

/** Merges adjacent pieces with equal formatting. */
function joined(all: readonly Look[]): { text: string; look: string }[] {
  const result: { text: string; look: string }[] = [];
  for (const each of all) {
    const look = [...new Set(each.look)].sort().join(' ');
    const last = result.at(-1);
    if (last?.look === look) last.text += each.text;
    else if (each.text !== '') result.push({ text: each.text, look });
  }
  return result;
}

const WORDS = [
  ...['a', 'b c', '.', '\n', ' ', 'é', '“', '"', "'", '(', ')'],
  ...['*', '**', '_', '__', '`', '``', '\\', '\\*', '&amp;', '&#35;', '&#x41;'],
  ...['[', ']', '](x)', '](<y> "t")', '![', '<', '>', '<b>', '<http://x.y>', '<!--', '-->'],
];
