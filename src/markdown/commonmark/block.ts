import type { Span } from '../../model/place.ts';

/** One line's share of a block: `pad` columns left of a tab that the container ate in part, then text[start, end). */
export interface SourceLine extends Span {
  readonly pad: number;
}

/** A quote or a list item around blocks. */
export interface BlockContainer {
  readonly kind: 'quote' | 'item';
  readonly parent: BlockContainer | undefined;
  /** Whether it is a quote, or stands in one. */
  readonly quoted: boolean;
  /** From the marker to the end of the last line that is not blank. */
  readonly span: Span;
}

interface BlockBase {
  /** Without the container's prefix before it; to the end of its last line, line end excluded. */
  readonly span: Span;
  readonly container: BlockContainer | undefined;
}

export interface HeadingBlock extends BlockBase {
  readonly kind: 'heading';
  readonly depth: number;
  /** Inline markdown between the marks, trimmed; lines of a setext heading joined by LF. */
  readonly text: string;
}

export interface FenceBlock extends BlockBase {
  readonly kind: 'fence';
  /** The info string as written, trimmed: neither escapes nor entities are read. */
  readonly info: string;
  readonly lines: readonly SourceLine[];
  /** False where the document or the container ended first. */
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

/** Also holds link reference definitions and tables, which begin as paragraphs. */
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
export function textOf(text: string, lines: readonly SourceLine[]): string {
  return lines.map(({ start, end, pad }) => ' '.repeat(pad) + text.slice(start, end)).join('\n');
}

/** Whether a container is the other one or stands somewhere inside it. */
export function isWithin(container: BlockContainer | undefined, outer: BlockContainer): boolean {
  for (let each = container; each; each = each.parent) if (each === outer) return true;
  return false;
}
