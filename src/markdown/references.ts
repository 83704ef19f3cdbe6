import { readInline } from './commonmark/inline.ts';
import { percentDecoded } from './commonmark/link-parts.ts';

/** A step as named by the author: by its id, or by a link to its heading. */
export interface Reference {
  readonly written: string;
  readonly kind: 'id' | 'anchor';
}

/**
 * The steps that a Needs or For names: links to headings (`[Install](#install)`), ids in backticks, and bare ids
 * separated by blanks, commas or `and`. `none` must be alone.
 */
export function readReferences(markdown: string): Reference[] {
  const pieces = readInline(markdown);
  return pieces.flatMap(({ text, code, href }, index): Reference[] => {
    if (href !== undefined) {
      const isFirst = pieces[index - 1]?.href !== href;
      return isFirst ? [href.startsWith('#') ? anchor(href) : { written: href, kind: 'id' }] : [];
    }
    return (code ? [text.trim()] : bareWords(text)).map((written) => ({ written, kind: 'id' }));
  });
}

function anchor(href: string): Reference {
  return { written: percentDecoded(href.slice(1)), kind: 'anchor' };
}

function bareWords(text: string): string[] {
  const words = text.split(/[\s,;]+/).map((word) => word.replace(/\.$/, ''));
  return words.filter((word) => word !== '' && word !== 'and' && word !== '&');
}
