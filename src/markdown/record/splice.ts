import type { Span } from '../../model/place.ts';

/** A replacement for the text at `span`. An empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/**
 * Replaces ranges of a text and leaves every other character unchanged. Documents are changed only through this
 * function. Insertions at one place keep their order.
 * | @throws RangeError if edits overlap or exceed the text, because no result would match either of them
 */
export function splice(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const pieces: string[] = [];
  let at = 0;
  for (const { span, text: replacement } of ordered) {
    if (span.start < at || span.end < span.start || span.end > text.length) {
      throw new RangeError(
        `edit ${span.start}–${span.end} overlaps another edit or exceeds the text (${at}–${text.length})`,
      );
    }
    pieces.push(text.slice(at, span.start), replacement);
    at = span.end;
  }
  return pieces.join('') + text.slice(at);
}
