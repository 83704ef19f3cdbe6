import type { Element, Root } from 'hast';
import { plainText, visibleText } from '../base/plain-text.ts';

/**
 * Removes characters that reorder or hide text, from text and attributes. In code they are shown as escapes instead, because a shell
 * does run them. Joiners in prose stay: emojis and some scripts need them.
 */
export function makeInert(node: Root | Element, isCode = false): void {
  for (const child of node.children) {
    if (child.type === 'text') child.value = isCode ? visibleText(child.value) : inertProse(child.value);
    if (child.type !== 'element') continue;
    for (const [name, value] of Object.entries(child.properties))
      if (typeof value === 'string') child.properties[name] = plainText(value);
    const isOutput = hasClass(child, 'output');
    makeInert(child, !isOutput && (isCode || child.tagName === 'code'));
  }
}

const hasClass = ({ properties: { className } }: Element, name: string): boolean =>
  Array.isArray(className) && className.includes(name);

const inertProse = (text: string): string =>
  text
    .split(/([\u200c\u200d])/)
    .map((part) => (part === '\u200c' || part === '\u200d' ? part : plainText(part)))
    .join('');
