import type { DocumentText } from '../source.ts';
import type { Block, HtmlBlock } from './block.ts';

/** Whether a block consists of a single comment, written by the engine or by the author. */
export function isComment(source: DocumentText, block: Block): block is HtmlBlock {
  if (block.kind !== 'html' || !source.text.startsWith('<!--', block.span.start)) return false;
  return source.text.slice(block.span.start, block.span.end).trimEnd().endsWith('-->');
}

/** The text of a comment, or undefined. */
export function commentText(source: DocumentText, block: Block): string | undefined {
  if (!isComment(source, block)) return undefined;
  return source.text.slice(block.span.start, block.span.end).trimEnd().slice(4, -3).trim();
}
