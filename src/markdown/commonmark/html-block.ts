/**
 * HTML blocks (CommonMark 0.31, section 4.6): the seven start conditions and their ends. Avoids backtracking
 * expressions, because a block may be a megabyte long.
 */

/** The block ends with the line that contains the mark; `blank`: before the next blank line. */
export type HtmlEnd = RegExp | 'blank';

const STARTS: readonly (readonly [RegExp, HtmlEnd])[] = [
  [/^<(?:script|pre|textarea|style)(?:[\t >]|$)/i, /<\/(?:script|pre|textarea|style)>/i],
  [/^<!--/, /-->/],
  [/^<\?/, /\?>/],
  [/^<![A-Za-z]/, />/],
  [/^<!\[CDATA\[/, /\]\]>/],
  [
    /^<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:[\t >]|\/>|$)/i,
    'blank',
  ],
];

/**
 * The end condition of an HTML block that starts here, or undefined if none starts.
 * | @param line the rest of a line, starting with `<`
 * @param inParagraph a complete tag of any other name starts a block only outside of a paragraph
 */
export function htmlStart(line: string, inParagraph: boolean): HtmlEnd | undefined {
  for (const [start, end] of STARTS) if (start.test(line)) return end;
  if (inParagraph) return undefined;
  const tagEnd = skipTag(line, 0);
  return tagEnd !== undefined && isBlankFrom(line, tagEnd) ? 'blank' : undefined;
}

/** Offset after a complete opening or closing tag, or undefined (CommonMark 0.31, section 6.6). */
export function skipTag(text: string, from: number): number | undefined {
  const isClosing = text[from + 1] === '/';
  const name = skipWhile(text, from + (isClosing ? 2 : 1), TAG_NAME, ALPHA);
  if (name === undefined) return undefined;
  const attributes = isClosing ? name : skipAttributes(text, name);
  if (attributes === undefined) return undefined;
  const at = skipWhitespace(text, attributes);
  const close = !isClosing && text[at] === '/' ? at + 1 : at;
  return text[close] === '>' ? close + 1 : undefined;
}

function skipAttributes(text: string, from: number): number | undefined {
  let end = from;
  for (;;) {
    const gap = skipWhitespace(text, end);
    const name = gap > end ? skipWhile(text, gap, ATTRIBUTE_NAME, ATTRIBUTE_START) : undefined;
    if (name === undefined) return end;
    const equals = skipWhitespace(text, name);
    if (text[equals] !== '=') {
      end = name;
      continue;
    }
    const value = skipValue(text, skipWhitespace(text, equals + 1));
    if (value === undefined) return undefined;
    end = value;
  }
}

function skipValue(text: string, from: number): number | undefined {
  const quote = text[from];
  if (quote !== '"' && quote !== "'") return skipWhile(text, from, UNQUOTED, UNQUOTED);
  const close = text.indexOf(quote, from + 1);
  return close < 0 ? undefined : close + 1;
}

const ALPHA = /[A-Za-z]/;
const TAG_NAME = /[A-Za-z0-9-]/;
const ATTRIBUTE_START = /[A-Za-z_:]/;
const ATTRIBUTE_NAME = /[A-Za-z0-9_.:-]/;
const UNQUOTED = /[^\s"'=<>`]/;

/** Offset after a first character and the rest of a run, or undefined if the first does not match. */
function skipWhile(text: string, from: number, rest: RegExp, first: RegExp): number | undefined {
  if (from >= text.length || !first.test(text[from]!)) return undefined;
  let at = from + 1;
  while (at < text.length && rest.test(text[at]!)) at++;
  return at;
}

function skipWhitespace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[ \t\n]/.test(text[at]!)) at++;
  return at;
}

function isBlankFrom(text: string, from: number): boolean {
  return skipWhitespace(text, from) === text.length;
}
