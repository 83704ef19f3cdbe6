import type { Element, Root } from 'hast';
import { plainText, visibleText } from '../base/plain-text.ts';

/** Where a text is: what is shown of characters that reorder or hide text depends on it. */
type Kind = 'prose' | 'code' | 'output';

const inert: Readonly<Record<Kind, (text: string) => string>> = {
  // Emojis and some scripts need the two joiners.
  prose: (text) =>
    text
      .split(/([\u200c\u200d])/)
      .map((part, index) => (index % 2 === 1 ? part : visibleText(part)))
      .join(''),
  // A shell runs those characters.
  code: visibleText,
  // Colors and progress bars: a terminal would not show them as characters either.
  output: plainText,
};

/** Shows characters that reorder or hide text as escapes, in all texts of a tree; removes them from output and from attributes. */
export function makeInert(node: Root | Element, kind: Kind = 'prose'): void {
  for (const child of node.children) {
    if (child.type === 'text') child.value = inert[kind](child.value);
    if (child.type !== 'element') continue;
    for (const [name, value] of Object.entries(child.properties))
      if (typeof value === 'string') child.properties[name] = plainText(value);
    makeInert(child, kindOf(child, kind));
  }
}

function kindOf({ tagName, properties: { className } }: Element, around: Kind): Kind {
  if (Array.isArray(className) && className.includes('output')) return 'output';
  return around === 'prose' && tagName === 'code' ? 'code' : around;
}
