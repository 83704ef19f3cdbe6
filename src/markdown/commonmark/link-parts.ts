/**
 * The parts that inline links and link reference definitions share (CommonMark 0.31, section 6.3). Each function
 * returns the offset after the part, or undefined if the part is missing. As in the reference implementation,
 * destinations nest at most 32 brackets.
 */

const DEEPEST_DESTINATION = 32;

/** `<…>`, or a run without blanks whose parentheses balance. */
export function skipDestination(text: string, from: number): number | undefined {
  if (text[from] === '<') return skipAngled(text, from);
  let depth = 0;
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 92 && isPunctuation(text.charCodeAt(at + 1))) at++;
    else if (code === 40 && ++depth > DEEPEST_DESTINATION) return undefined;
    else if (code === 41 && --depth < 0) break;
    else if (code <= 32 || code === 127) break;
  }
  return depth > 0 || at === from ? undefined : at;
}

function skipAngled(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '>') return at + 1;
    else if (char === '<' || char === '\n') return undefined;
  }
  return undefined;
}

/** `"…"`, `'…'` or `(…)`. */
export function skipTitle(text: string, from: number): number | undefined {
  const close = { '"': '"', "'": "'", '(': ')' }[text[from] ?? ''];
  if (!close) return undefined;
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === close) return at + 1;
    else if (char === '(' && close === ')') return undefined;
  }
  return undefined;
}

/** Blanks and at most one line end. */
export function skipSpace(text: string, from: number): number {
  let at = skipBlanks(text, from);
  if (text[at] === '\n') at = skipBlanks(text, at + 1);
  return at;
}

/** Spaces and tabs. */
export function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

/** ASCII punctuation, which a backslash can escape. */
export function isPunctuation(code: number): boolean {
  return (
    (code >= 33 && code <= 47) ||
    (code >= 58 && code <= 64) ||
    (code >= 91 && code <= 96) ||
    (code >= 123 && code <= 126)
  );
}

/** Decodes the percent-encoding of a destination. Returns it unchanged if the result is not UTF-8. */
export function percentDecoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}
