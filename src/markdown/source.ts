import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';

/** A document's text as decoded, with what is needed to speak about places in it. Nothing in it is normalised. */
export interface Source {
  /** Path as the user gave it, for messages. */
  readonly file: string;
  /** The whole text: BOM, line ends, trailing blanks and a missing final newline as they are. */
  readonly text: string;
  /** The first line end of the text, for new lines; `\n` where there is none. */
  readonly eol: '\n' | '\r\n' | '\r';
  /** Offset of every line's first character, in UTF-16 units, ascending. */
  readonly lineStarts: readonly number[];
  /** Line and column of an offset, by binary search. */
  placeAt(offset: number): Place;
}

/** Bytes. Far above any document written for people, far below what would exhaust memory. */
export const LARGEST_DOCUMENT = 32 * 1024 * 1024;

/**
 * Decodes a document strictly, because whatever decoding loses cannot be written back: text that is not UTF-8, holds
 * a NUL (a binary file) or is larger than `LARGEST_DOCUMENT` is refused with a diagnostic instead of a source.
 */
export function decodeSource(
  bytes: Uint8Array,
  file: string,
): { readonly source: Source } | { readonly diagnostics: readonly Diagnostic[] } {
  if (bytes.length > LARGEST_DOCUMENT) return refused('too-large', tooLarge(bytes.length), { file });
  const nul = bytes.indexOf(0);
  if (nul >= 0) return refused('binary-file', BINARY, { file, line: lineOfByte(bytes, nul) });
  try {
    return { source: sourceOf(strictDecoder().decode(bytes), file) };
  } catch {
    return refused('invalid-utf8', NOT_UTF8, { file, line: firstUndecodableLine(bytes) });
  }
}

/** A source from text that is already decoded. */
export function sourceOf(text: string, file: string): Source {
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

/** 0-based index of the line that an offset stands in. */
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

/** Line ends are those of CommonMark 0.31, section 2.1: LF, CR LF, or a CR alone. */
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

function firstLineEnd(text: string): Source['eol'] {
  const found = /\r\n|\n|\r/.exec(text)?.[0];
  return found === '\r\n' || found === '\r' ? found : '\n';
}

/** ignoreBOM means: keep the BOM as a character, so that offsets and bytes agree. */
const strictDecoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** No character of UTF-8 has the byte of a newline inside, so each line can be tried alone. */
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

interface Trouble {
  readonly message: string;
  readonly remedy: string;
}

const BINARY: Trouble = {
  message: 'This is a binary file: it holds a NUL byte.',
  remedy: 'Name a markdown file.',
};

const NOT_UTF8: Trouble = {
  message: 'This line is not valid UTF-8, so the file could not be written back unchanged.',
  remedy: 'Save the file as UTF-8.',
};

const tooLarge = (bytes: number): Trouble => ({
  message: `The file has ${bytes} bytes; a document may have ${LARGEST_DOCUMENT}.`,
  remedy: 'Split it, or move logs and data out of the document.',
});

function refused(code: string, trouble: Trouble, at: { file: string; line?: number }) {
  const place = { file: at.file, line: at.line ?? 1, column: 1 };
  return { diagnostics: [{ code, severity: 'error' as const, ...trouble, place }] };
}
