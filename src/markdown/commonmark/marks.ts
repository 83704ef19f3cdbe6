/** Recognizes markdown's marks in a range of one line. Works with offsets. */

export const CODE = {
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  hash: 35,
  star: 42,
  plus: 43,
  dash: 45,
  dot: 46,
  round: 41,
  less: 60,
  equals: 61,
  greater: 62,
  underscore: 95,
  backtick: 96,
  tilde: 126,
} as const;

/** The largest number of digits in a list number (CommonMark 0.31, section 5.2). */
const MAX_DIGITS = 9;

/** Whether a UTF-16 unit is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === CODE.space || code === CODE.tab;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isBlankBetween(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isBlank(text.charCodeAt(at))) return false;
  return true;
}

export function isBlankOrEnd(text: string, at: number, end: number): boolean {
  return at >= end || isBlank(text.charCodeAt(at));
}

/** Offset after a run of one character. */
export function skipRun(text: string, start: number, end: number, code: number): number {
  let at = start;
  while (at < end && text.charCodeAt(at) === code) at++;
  return at;
}

/** Whether this line closes a fence: at least as many marks as opened it, and nothing after them. */
export function isClosingFence(
  text: string,
  start: number,
  end: number,
  { mark, length }: { readonly mark: number; readonly length: number },
): boolean {
  const runEnd = skipRun(text, start, end, mark);
  return runEnd - start >= length && isBlankBetween(text, runEnd, end);
}

/** Offset after `-`, `+`, `*`, `1.` or `1)` if a blank or the line's end follows. */
export function skipListMarker(text: string, start: number, end: number): number | undefined {
  const first = text.charCodeAt(start);
  const isBullet = first === CODE.dash || first === CODE.plus || first === CODE.star;
  const markerEnd = isBullet ? start + 1 : skipNumber(text, start, end);
  return markerEnd !== undefined && isBlankOrEnd(text, markerEnd, end) ? markerEnd : undefined;
}

function skipNumber(text: string, start: number, end: number): number | undefined {
  let at = start;
  while (at < end && isDigit(text.charCodeAt(at))) at++;
  const isNumber = at > start && at - start <= MAX_DIGITS && at < end;
  const code = text.charCodeAt(at);
  return isNumber && (code === CODE.dot || code === CODE.round) ? at + 1 : undefined;
}

/** Where a heading's text ends: before trailing blanks and a closing run of `#` that is preceded by a blank. */
export function headingEnd(text: string, start: number, end: number): number {
  const contentEnd = trimEnd(text, start, end);
  let at = contentEnd;
  while (at > start && text.charCodeAt(at - 1) === CODE.hash) at--;
  const isClosing = at < contentEnd && (at === start || isBlank(text.charCodeAt(at - 1)));
  return isClosing ? trimEnd(text, start, at) : contentEnd;
}

/** Offset before the trailing blanks. */
function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Offset before the line end, if there is one between `start` and `end`. */
export function withoutLineEnd(text: string, start: number, end: number): number {
  let at = end;
  if (at > start && text.charCodeAt(at - 1) === CODE.lineFeed) at--;
  if (at > start && text.charCodeAt(at - 1) === CODE.carriageReturn) at--;
  return at;
}

/**
 * Returns undefined for a thematic break: three or more of one mark, and blanks. Otherwise returns where it fails:
 * every thematic break that starts before that offset on this line fails there too.
 */
export function ruleFailure(text: string, start: number, end: number): number | undefined {
  const mark = text.charCodeAt(start);
  let marks = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === mark) marks++;
    else if (!isBlank(code)) return at;
  }
  return marks < 3 ? end : undefined;
}

/** A line that starts with a letter can only be text. */
export function startsText(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** A list item may interrupt a paragraph only if it is not empty and, if numbered, starts with 1. */
export function mayInterrupt(text: string, marker: number, markerEnd: number, end: number): boolean {
  const isFirst =
    !isDigit(text.charCodeAt(marker)) || Number.parseInt(text.slice(marker, markerEnd), 10) === 1;
  return isFirst && !isBlankBetween(text, markerEnd, end);
}
