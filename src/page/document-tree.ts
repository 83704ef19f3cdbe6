import type { Element, ElementContent, Root } from 'hast';
import type { Html } from 'mdast';
import { type Options, toHast } from 'mdast-util-to-hast';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

/**
 * The document as an HTML tree in which nothing is active: raw HTML is shown as text, and only harmless elements and links to
 * http, https, mailto and places on the page are kept. Nodes keep their position in the document.
 */
export function documentTree(text: string): Root {
  const markdown = unified().use(remarkParse).use(remarkGfm).parse(withoutFrontMatter(text));
  const tree = toHast(markdown, { handlers: { html: shownAsText } } as Options) as Root;
  const safe = unified().use(rehypeSanitize, schema).runSync(tree) as Root;
  visitElements(safe, (element) => {
    if (element.tagName === 'a') element.properties.rel = ['noopener', 'noreferrer'];
    if (element.tagName === 'img')
      Object.assign(element, { tagName: 'span', children: [imageText(element)], properties: {} });
  });
  return safe;
}

/** Calls `visit` for every element, outer ones first. */
export function visitElements(
  node: Root | Element,
  visit: (element: Element, parent: Root | Element) => void,
): void {
  for (const child of node.children) {
    if (child.type !== 'element') continue;
    visit(child, node);
    visitElements(child, visit);
  }
}

/** The text in a node, without its markup. */
export function textOfNode(node: Root | Element): string {
  return node.children
    .map((child) => (child.type === 'text' ? child.value : child.type === 'element' ? textOfNode(child) : ''))
    .join('');
}

const schema = {
  ...defaultSchema,
  clobberPrefix: '',
  protocols: { ...defaultSchema.protocols, href: ['http', 'https', 'mailto'], src: [] },
};

/** Line numbers stay: the front matter is replaced by empty lines. */
function withoutFrontMatter(text: string): string {
  const match = /^\uFEFF?---[ \t]*\r?\n[\s\S]*?\n---[ \t]*(?=\r?\n|$)/.exec(text);
  return match ? match[0].replace(/[^\r\n]/g, '') + text.slice(match[0].length) : text;
}

/** Comments are for tools. Everything else of HTML is shown as it is written. */
function shownAsText(_state: unknown, node: Html): ElementContent | undefined {
  if (/^<!--[\s\S]*-->$/.test(node.value.trim())) return undefined;
  return { type: 'text', value: node.value };
}

/** A page without network shows no pictures: the description takes their place. */
function imageText({ properties }: Element): ElementContent {
  return { type: 'text', value: `[picture: ${String(properties.alt ?? '')}]` };
}
