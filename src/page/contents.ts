import type { Element, Root } from 'hast';
import { h } from 'hastscript';
import { textOfNode } from './document-tree.ts';

/** The table of contents: headings of levels 2 and 3, as links. */
export function contents(tree: Root): Element {
  const chapters: { heading: Element; parts: Element[] }[] = [];
  for (const child of tree.children) {
    if (child.type !== 'element') continue;
    if (child.tagName === 'h2') chapters.push({ heading: child, parts: [] });
    else if (child.tagName === 'h3') chapters.at(-1)?.parts.push(child);
  }
  const link = (heading: Element) =>
    h('a', { href: `#${String(heading.properties.id)}` }, textOfNode(heading));
  return h('nav.contents', { ariaLabel: 'Contents' }, [
    h(
      'ol',
      chapters.map(({ heading, parts }) =>
        h('li', [
          link(heading),
          ...(parts.length > 0
            ? [
                h(
                  'ol',
                  parts.map((part) => h('li', link(part))),
                ),
              ]
            : []),
        ]),
      ),
    ),
  ]);
}
