import type { Block, Line } from './block.ts';
import type { HtmlEnd } from './html-block.ts';
import { isBlankBetween } from './marks.ts';

/** A block that takes further lines. */
export type Leaf =
  | { readonly kind: 'paragraph' | 'code'; readonly start: number; readonly lines: Line[] }
  | { readonly kind: 'html'; readonly start: number; readonly until: HtmlEnd }
  | {
      readonly kind: 'fence';
      readonly start: number;
      readonly lines: Line[];
      readonly info: string;
      /** The mark's character, how often it stands there, and the columns before it. */
      readonly mark: number;
      readonly length: number;
      readonly indent: number;
    };

/** A block before it knows where it stands. */
export type Uncontained = Block extends infer B ? (B extends Block ? Omit<B, 'container'> : never) : never;

/** The block that a leaf has become. `closed`: it ended by a mark of its own. */
export function blockOf(text: string, leaf: Leaf, end: number, closed: boolean): Uncontained {
  const span = { start: leaf.start, end };
  switch (leaf.kind) {
    case 'html':
      return { kind: 'html', span };
    case 'fence':
      return { kind: 'fence', info: leaf.info, lines: leaf.lines, closed, span };
    case 'code':
      return { kind: 'code', lines: withoutBlankEnd(text, leaf.lines), span };
    case 'paragraph':
      return { kind: 'paragraph', lines: leaf.lines, span };
  }
}

/** Blank lines at the end of indented code are not part of it. */
function withoutBlankEnd(text: string, lines: readonly Line[]): Line[] {
  const last = lines.findLastIndex(({ start, end }) => !isBlankBetween(text, start, end));
  return lines.slice(0, last + 1);
}
