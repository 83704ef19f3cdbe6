import type { Span } from '../../model/place.ts';

/**
 * The part of a line that belongs to a block: `pad` columns left over from a tab that the container consumed partly,
 * then text[start, end).
 */
export interface SourceLine extends Span {
  readonly pad: number;
}

/** A quote or a list item that contains blocks. */
export interface BlockContainer {
  readonly kind: 'quote' | 'item';
  readonly parent: BlockContainer | undefined;
  /** Whether it is a quote or is inside one. */
  readonly quoted: boolean;
  /** From the marker to the end of the last nonblank line. */
  readonly span: Span;
}

interface BlockBase {
  /** From after the container's prefix to the end of the block's last line, without the line end. */
  readonly span: Span;
  readonly container: BlockContainer | undefined;
}

export interface HeadingBlock extends BlockBase {
  readonly kind: 'heading';
  readonly depth: number;
  /** Inline markdown between the marks, trimmed. Lines of a setext heading are joined by LF. */
  readonly text: string;
}

export interface FenceBlock extends BlockBase {
  readonly kind: 'fence';
  /** The info string as written, trimmed. Escapes and entities are not decoded. */
  readonly info: string;
  readonly lines: readonly SourceLine[];
  /** False if the document or the container ended first. */
  readonly closed: boolean;
}

/** Indented code. */
export interface CodeBlock extends BlockBase {
  readonly kind: 'code';
  readonly lines: readonly SourceLine[];
}

export interface HtmlBlock extends BlockBase {
  readonly kind: 'html';
}

/** Also used for link reference definitions and tables, which start as paragraphs. */
export interface ParagraphBlock extends BlockBase {
  readonly kind: 'paragraph';
  readonly lines: readonly SourceLine[];
}

/** A thematic break. */
interface RuleBlock extends BlockBase {
  readonly kind: 'rule';
}

export type Block = HeadingBlock | FenceBlock | CodeBlock | HtmlBlock | ParagraphBlock | RuleBlock;

/** The text of lines, container prefixes removed, joined by LF. */
export function textOfLines(text: string, lines: readonly SourceLine[]): string {
  return lines.map(({ start, end, pad }) => ' '.repeat(pad) + text.slice(start, end)).join('\n');
}

/** Whether a container is `outer` or is nested in it. */
export function isWithin(container: BlockContainer | undefined, outer: BlockContainer): boolean {
  for (let each = container; each; each = each.parent) if (each === outer) return true;
  return false;
}
