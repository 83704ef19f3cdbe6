import { readFileSync } from 'node:fs';
import type { Nodes } from 'mdast';
import { toString as textOfTree } from 'mdast-util-to-string';
import { expect, test } from 'vitest';
import { inlineText } from '../../src/markdown/commonmark/inline.ts';
import { installedMarkdown } from './installed-markdown.ts';
import { expected, remark, scanned } from './remark-oracle.ts';

/** Maximum characters of a file, because remark is not linear. */
const LONGEST = 100_000;

test('finds the same headings, fences and indented code as remark', () => {
  for (const file of installedMarkdown()) {
    const text = readFileSync(file, 'utf8').slice(0, LONGEST);
    expect(scanned(text), file).toEqual(expected(text));
  }
});

test('reads the same text of headings and paragraphs as remark', () => {
  for (const file of installedMarkdown()) {
    const text = readFileSync(file, 'utf8').slice(0, LONGEST);
    for (const raw of inlineTexts(text)) {
      const [paragraph, another] = remark(raw).children;
      if (another || paragraph?.type !== 'paragraph' || hasReference(paragraph) || RARE_ENTITY.test(raw))
        continue;
      expect(solid(inlineText(raw)), `${file}: ${raw}`).toBe(
        solid(textOfTree(paragraph, { includeHtml: false })),
      );
    }
  }
});

const RARE_ENTITY = /&(?!(?:amp|lt|gt|quot|nbsp);)\w+;/;

/** Ignores blanks: the tree's text keeps line ends in some places and drops them in others. */
const solid = (text: string) => text.replace(/\s+/g, '');

/** Inline content of a document, with the line ends that the scanner passes on. */
function inlineTexts(text: string): string[] {
  return remark(text).children.flatMap((node) => {
    if (node.type !== 'heading' && node.type !== 'paragraph') return [];
    const [first, last] = [node.children[0], node.children.at(-1)];
    if (!first || !last) return [];
    const raw = text.slice(first.position!.start.offset, last.position!.end.offset);
    return [raw.replace(/\r\n?/g, '\n').replace(/\n[ \t]+/g, '\n')];
  });
}

function hasReference(node: Nodes): boolean {
  if (/Reference$/.test(node.type)) return true;
  return 'children' in node && node.children.some(hasReference);
}
