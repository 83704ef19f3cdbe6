import type { Span } from '../../model/place.ts';
import type { Block, BlockContainer, SourceLine } from './block.ts';
import type { HtmlEnd } from './html-block.ts';
import { isBlankBetween } from './marks.ts';

/** A block that accepts further lines. */
export type Leaf =
  | { readonly kind: 'paragraph' | 'code'; readonly start: number; readonly lines: SourceLine[] }
  | { readonly kind: 'html'; readonly start: number; readonly until: HtmlEnd }
  | {
      readonly kind: 'fence';
      readonly start: number;
      readonly lines: SourceLine[];
      readonly info: string;
      /** The mark's character, the length of the run, and the columns before it. */
      readonly mark: number;
      readonly length: number;
      readonly indent: number;
    };

/** A line that may open a fence, starting at its first mark. */
export interface FenceLine extends Span {
  readonly code: number;
  readonly indent: number;
}

/** Where and how a leaf ended. */
export interface LeafEnd {
  readonly at: number;
  /** By its own closing mark. */
  readonly closed: boolean;
  readonly container: BlockContainer | undefined;
}

/** Converts a finished leaf into a block. */
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

/** Trailing blank lines are not part of indented code. */
function withoutBlankEnd(text: string, lines: readonly SourceLine[]): SourceLine[] {
  const last = lines.findLastIndex(({ start, end }) => !isBlankBetween(text, start, end));
  return lines.slice(0, last + 1);
}
