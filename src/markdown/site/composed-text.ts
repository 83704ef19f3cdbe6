import type { Span } from '../../model/place.ts';
import type { Runbook } from '../../model/runbook.ts';
import type { Edit } from '../record/splice.ts';
import { type DocumentText, lineIndexAt, sourceOf } from '../source.ts';

/** A document and its parsed content. */
export interface Document {
  readonly source: DocumentText;
  readonly runbook: Runbook;
}

/** A range of a document, or generated text whose place is a position in it. */
export type TextPiece =
  | { readonly source: DocumentText; readonly span: Span }
  | { readonly source: DocumentText; readonly at: number; readonly text: string };

/** A document made of ranges of other documents. Places, and edits, point into the documents that the text is from. */
export interface ComposedText extends DocumentText {
  readonly pieces: readonly TextPiece[];
  /** Where an edit of this text belongs, or undefined if it covers generated text or several ranges. */
  originOf(edit: Edit): { readonly source: DocumentText; readonly edit: Edit } | undefined;
}

export function isComposed(source: DocumentText): source is ComposedText {
  return 'pieces' in source;
}

/** Joins pieces to one text. Ranges of a composed text become ranges of the documents that it was made of. */
export function composeText(file: string, given: readonly TextPiece[]): ComposedText {
  const pieces = given.flatMap(flat).filter((piece) => textOf(piece) !== '');
  const starts: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    starts.push(length);
    length += textOf(piece).length;
  }
  const plain = sourceOf(pieces.map(textOf).join(''), file);
  const find = (offset: number) => {
    const index = lineIndexAt(starts, offset);
    return { piece: pieces[index], within: offset - (starts[index] ?? 0) };
  };
  return {
    ...plain,
    pieces,
    placeAt(offset) {
      const { piece, within } = find(offset);
      if (!piece) return plain.placeAt(offset);
      return piece.source.placeAt('span' in piece ? piece.span.start + within : piece.at);
    },
    originOf({ span, text }) {
      const { piece, within } = find(span.start);
      if (!piece || !('span' in piece)) return undefined;
      const start = piece.span.start + within;
      const end = start + span.end - span.start;
      return end > piece.span.end
        ? undefined
        : { source: piece.source, edit: { span: { start, end }, text } };
    },
  };
}

function textOf(piece: TextPiece): string {
  return 'span' in piece ? piece.source.text.slice(piece.span.start, piece.span.end) : piece.text;
}

function flat(piece: TextPiece): readonly TextPiece[] {
  if (!isComposed(piece.source)) return [piece];
  if (!('span' in piece)) return [{ ...piece, ...generatedFrom(piece.source, piece.at) }];
  let offset = 0;
  return piece.source.pieces.flatMap((inner): TextPiece[] => {
    const [from, length] = [offset, textOf(inner).length];
    offset += length;
    const start = Math.max(piece.span.start - from, 0);
    const end = Math.min(piece.span.end - from, length);
    if (start >= end) return [];
    return 'span' in inner
      ? [{ source: inner.source, span: { start: inner.span.start + start, end: inner.span.start + end } }]
      : [{ ...inner, text: inner.text.slice(start, end) }];
  });
}

function generatedFrom(source: ComposedText, at: number): { source: DocumentText; at: number } {
  const origin = source.originOf({ span: { start: at, end: at }, text: '' });
  return origin ? { source: origin.source, at: origin.edit.span.start } : { source, at };
}
