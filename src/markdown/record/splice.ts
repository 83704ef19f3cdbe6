import type { Span } from '../../model/place.ts';

/** Text to stand where `span` was; an empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/**
 * Replaces ranges of a text and leaves every other character as it is: the only way in which a document is changed.
 * Insertions at one place keep their order.
 *
 * @throws RangeError if edits overlap or reach outside the text, since then no result would be what either one meant
 */
export function splice(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  const pieces: string[] = [];
  let at = 0;
  for (const { span, text: replacement } of ordered) {
    if (span.start < at || span.end < span.start || span.end > text.length) {
      throw new RangeError(
        `edit ${span.start}–${span.end} overlaps another or leaves the text (${at}–${text.length})`,
      );
    }
    pieces.push(text.slice(at, span.start), replacement);
    at = span.end;
  }
  return pieces.join('') + text.slice(at);
}
