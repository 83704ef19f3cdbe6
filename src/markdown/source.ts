import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';

/** A document's decoded text, with what is needed to report places in it. Nothing is normalized. */
export interface DocumentText {
  /** Path as given by the user. */
  readonly file: string;
  /** The whole text, including BOM, line ends, trailing blanks and a missing final newline. */
  readonly text: string;
  /** The first line end of the text, used for new lines; `\n` if missing. */
  readonly eol: '\n' | '\r\n' | '\r';
  /** Offset of every line's first character, in UTF-16 units, ascending. */
  readonly lineStarts: readonly number[];
  /** Line and column of an offset, found by binary search. */
  placeAt(offset: number): Place;
}

/** In bytes. Far above any document written for people, far below what would exhaust memory. */
export const LARGEST_DOCUMENT = 32 * 1024 * 1024;

/**
 * Decodes a document strictly, because bytes that are lost in decoding cannot be written back. Returns a diagnostic
 * for text that is not UTF-8, contains NUL (a binary file) or is larger than `LARGEST_DOCUMENT`.
 */
export function decodeSource(
  bytes: Uint8Array,
  file: string,
): { readonly source: DocumentText } | { readonly diagnostics: readonly Diagnostic[] } {
  if (bytes.length > LARGEST_DOCUMENT) return refused('too-large', tooLarge(bytes.length), { file });
  const nul = bytes.indexOf(0);
  if (nul >= 0) return refused('binary-file', BINARY, { file, line: lineOfByte(bytes, nul) });
  try {
    return { source: sourceOf(strictDecoder().decode(bytes), file) };
  } catch {
    return refused('invalid-utf8', NOT_UTF8, { file, line: firstUndecodableLine(bytes) });
  }
}

/** Creates a source from decoded text. */
export function sourceOf(text: string, file: string): DocumentText {
  const lineStarts = findLineStarts(text);
  return {
    file,
    text,
    eol: firstLineEnd(text),
    lineStarts,
    placeAt(offset) {
      const line = lineIndexAt(lineStarts, offset);
      return { file, line: line + 1, column: offset - lineStarts[line]! + 1 };
    },
  };
}

/** 0-based index of the line that contains an offset. */
export function lineIndexAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Line ends as in CommonMark 0.31, section 2.1: LF, CR LF, or a lone CR. */
function findLineStarts(text: string): number[] {
  const starts = [0];
  const onlyLf = !text.includes('\r');
  for (let at = text.indexOf('\n'); onlyLf && at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  if (onlyLf) return starts;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
  }
  return starts;
}

function firstLineEnd(text: string): DocumentText['eol'] {
  const found = /\r\n|\n|\r/.exec(text)?.[0];
  return found === '\r\n' || found === '\r' ? found : '\n';
}

/** ignoreBOM keeps the BOM as a character, so that offsets and bytes agree. */
const strictDecoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A newline byte never occurs inside a UTF-8 character, so each line can be decoded alone. */
function firstUndecodableLine(bytes: Uint8Array): number {
  const decoder = strictDecoder();
  for (let line = 1, from = 0; ; line++) {
    const newline = bytes.indexOf(10, from);
    try {
      decoder.decode(bytes.subarray(from, newline < 0 ? bytes.length : newline));
    } catch {
      return line;
    }
    if (newline < 0) return line;
    from = newline + 1;
  }
}

function lineOfByte(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < offset; at = bytes.indexOf(10, at + 1)) line++;
  return line;
}

interface SourceError {
  readonly message: string;
  readonly remedy: string;
}

const BINARY: SourceError = {
  message: 'A document must be text. This file contains a NUL byte, so it is binary.',
  remedy: 'Name a markdown file.',
};

const NOT_UTF8: SourceError = {
  message:
    'A document must be valid UTF-8. This line is not, so the file could not be written back unchanged.',
  remedy: 'Save the file as UTF-8.',
};

const tooLarge = (bytes: number): SourceError => ({
  message: `A document may have at most ${LARGEST_DOCUMENT} bytes. This file has ${bytes}.`,
  remedy: 'Split it, or move logs and data out of the document.',
});

function refused(code: string, error: SourceError, at: { file: string; line?: number }) {
  const place = { file: at.file, line: at.line ?? 1, column: 1 };
  return { diagnostics: [{ code, severity: 'error' as const, ...error, place }] };
}
