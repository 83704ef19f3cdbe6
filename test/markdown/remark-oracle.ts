import type { Nodes, Root, RootContent } from 'mdast';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import { textOfLines } from '../../src/markdown/commonmark/block.ts';
import { scanBlocks } from '../../src/markdown/commonmark/scan.ts';
import { sourceOf } from '../../src/markdown/source.ts';

/** A heading, a fence or indented code, in a form for both parsers. */
export type Landmark = Readonly<Record<string, string | number>>;

export function remark(text: string): Root {
  return unified().use(remarkParse).parse(text);
}

/** The scanner's result. */
export function scanned(text: string): Landmark[] {
  const source = sourceOf(text, 'test.md');
  return scanBlocks(source, text.startsWith('\uFEFF') ? 1 : 0).flatMap((block): Landmark[] => {
    const containers: string[] = [];
    for (let each = block.container; each; each = each.parent) containers.unshift(each.kind);
    const where = { line: source.placeAt(block.span.start).line, in: containers.join(' ') };
    if (block.kind === 'heading') return [{ heading: block.depth, text: joined(block.text), ...where }];
    if (block.kind === 'fence')
      return [{ fence: block.info, value: textOfLines(text, block.lines), ...where }];
    return block.kind === 'code' ? [{ code: textOfLines(text, block.lines), ...where }] : [];
  });
}

/** remark's result for the same text. */
export function expected(text: string): Landmark[] {
  const bom = text.startsWith('\uFEFF') ? 1 : 0;
  const raw = (from: Nodes, to: Nodes) =>
    text.slice(from.position!.start.offset! + bom, to.position!.end.offset! + bom);
  const visit = (nodes: readonly RootContent[], containers: readonly string[]): Landmark[] =>
    nodes.flatMap((node): Landmark[] => {
      const where = { line: node.position!.start.line, in: containers.join(' ') };
      if (node.type === 'blockquote') return visit(node.children, [...containers, 'quote']);
      if (node.type === 'listItem') return visit(node.children, [...containers, 'item']);
      if (node.type === 'list') return visit(node.children, containers);
      if (node.type === 'heading') {
        const [first, last] = [node.children[0], node.children.at(-1)];
        return [{ heading: node.depth, text: first && last ? joined(raw(first, last)) : '', ...where }];
      }
      if (node.type !== 'code') return [];
      const mark = /^(?:`{3,}|~{3,})([^\r\n]*)/.exec(raw(node, node));
      const value = node.value.replace(/\r\n?/g, '\n');
      return [mark ? { fence: mark[1]!.trim(), value, ...where } : { code: value, ...where }];
    });
  return visit(remark(text).children, []);
}

/** The lines of a setext heading without container prefixes. */
function joined(text: string): string {
  return text.replace(/[ \t]*(?:\r\n|\n|\r)[ \t>]*/g, ' ').trim();
}
