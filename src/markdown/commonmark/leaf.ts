import type { Span } from '../../model/place.ts';
import type { Block, BlockContainer, SourceLine } from './block.ts';
import type { HtmlEnd } from './html-block.ts';
import { isBlankBetween } from './marks.ts';

/** A block that takes further lines. */
export type Leaf =
  | { readonly kind: 'paragraph' | 'code'; readonly start: number; readonly lines: SourceLine[] }
  | { readonly kind: 'html'; readonly start: number; readonly until: HtmlEnd }
  | {
      readonly kind: 'fence';
      readonly start: number;
      readonly lines: SourceLine[];
      readonly info: string;
      /** The mark's character, how often it stands there, and the columns before it. */
      readonly mark: number;
      readonly length: number;
      readonly indent: number;
    };

/** A line that may open a fence, from its first mark on. */
export interface FenceLine extends Span {
  readonly code: number;
  readonly indent: number;
}

/** Where a leaf ended. */
export interface LeafEnd {
  readonly at: number;
  /** By a mark of its own. */
  readonly closed: boolean;
  readonly container: BlockContainer | undefined;
}

/** The block that a leaf has become. */
export function blockOf(text: string, leaf: Leaf, { at, closed, container }: LeafEnd): Block {
  const span = { start: leaf.start, end: at };
  switch (leaf.kind) {
    case 'html':
      return { kind: 'html', span, container };
    case 'fence':
      return { kind: 'fence', info: leaf.info, lines: leaf.lines, closed, span, container };
    case 'code':
      return { kind: 'code', lines: withoutBlankEnd(text, leaf.lines), span, container };
    case 'paragraph':
      return { kind: 'paragraph', lines: leaf.lines, span, container };
  }
}

/** Blank lines at the end of indented code are not part of it. */
function withoutBlankEnd(text: string, lines: readonly SourceLine[]): SourceLine[] {
  const last = lines.findLastIndex(({ start, end }) => !isBlankBetween(text, start, end));
  return lines.slice(0, last + 1);
}
