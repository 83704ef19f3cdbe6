import { type Delimiter, type Emphasis, flanking, pairEmphasis } from './emphasis.ts';
import { decodeText, readEntity } from './entity.ts';
import { skipTag } from './html-block.ts';
import { isPunctuation, skipDestination, skipSpace, skipTitle } from './link-parts.ts';
import { type InlineToken, type Link, type Piece, piecesOf } from './piece.ts';

/** The text of inline markdown without its marks. */
export function inlineText(markdown: string): string {
  if (!SPECIAL.test(markdown)) return markdown;
  return readInline(markdown)
    .map((piece) => piece.text)
    .join('');
}

/** A text without any of these has no markup. */
const SPECIAL = /[\\`*_[\]<&]| {2}\n/;

/**
 * Parses inline markdown (CommonMark 0.31, section 6): code spans, emphasis, links, images, autolinks, escapes. Own
 * code, because the usual library takes longer to load than a whole document takes to read. Omitted, because runbooks
 * do not need them: reference links and rare named entities. Raw HTML is dropped. Linear in the text.
 */
export function readInline(markdown: string): Piece[] {
  return new InlineReader(markdown).read();
}

interface Bracket {
  readonly token: number;
  readonly isImage: boolean;
  /** Length of the delimiter stack when it opened. */
  readonly delimiters: number;
}

const AUTOLINK = /<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*)>/y;
const MAIL = /<([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+)>/y;
const PLAIN = /[^\\`*_[\]<&!\n ]+/y;

class InlineReader {
  readonly #text: string;
  #at = 0;
  readonly #tokens: InlineToken[] = [];
  readonly #runs: Delimiter[] = [];
  /** Delimiter runs that may still pair. */
  readonly #delimiters: Delimiter[] = [];
  readonly #brackets: Bracket[] = [];
  readonly #emphases: Emphasis[] = [];
  readonly #links: Link[] = [];
  /** Brackets below this index can only be images, because links do not nest. */
  #noLinkBelow = 0;
  /** Starts of backtick runs by length, the next one last. Built on first use. */
  #backticks: Map<number, number[]> | undefined;
  /** Closing marks that are known not to follow. */
  readonly #missing = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): Piece[] {
    while (this.#at < this.#text.length) this.#at = this.#readToken();
    this.#emphases.push(...pairEmphasis(this.#delimiters, 0));
    for (const run of this.#runs) this.#tokens[run.token]!.text = run.mark.repeat(run.left);
    return piecesOf(this.#tokens, this.#emphases, this.#links);
  }

  /** Reads the token at `#at` and returns the offset after it. */
  #readToken(): number {
    const start = this.#at;
    switch (this.#text[start]) {
      case '\\':
        return this.#readEscape();
      case '`':
        return this.#readCode();
      case '*':
      case '_':
        return this.#readDelimiter();
      case '[':
        return this.#openBracket(false);
      case '!':
        return this.#text[start + 1] === '[' ? this.#openBracket(true) : this.#push('!', start + 1);
      case ']':
        return this.#closeBracket();
      case '<':
        return this.#readAngle();
      case '&':
        return this.#readEntity();
      case '\n':
        return this.#push('\n', start + 1);
      case ' ':
        return this.#readSpaces();
      default:
        return this.#push(matchAt(PLAIN, this.#text, start)![0], PLAIN.lastIndex);
    }
  }

  #push(text: string, end: number, code = false): number {
    this.#tokens.push({ text, start: this.#at, code });
    return end;
  }

  #readEscape(): number {
    const next = this.#text[this.#at + 1] ?? '';
    if (next === '\n') return this.#push('\n', this.#at + 2);
    if (isPunctuation(next.charCodeAt(0))) return this.#push(next, this.#at + 2);
    return this.#push('\\', this.#at + 1);
  }

  /** Blanks before a line end are not visible. */
  #readSpaces(): number {
    const end = this.#skip(' ');
    return this.#push(this.#text[end] === '\n' ? '' : this.#text.slice(this.#at, end), end);
  }

  #readCode(): number {
    const start = this.#at;
    const open = this.#skip('`');
    const close = this.#closingBackticks(open - start, open);
    if (close === undefined) return this.#push(this.#text.slice(start, open), open);
    const code = this.#text.slice(open, close).replaceAll('\n', ' ');
    const isPadded = code.startsWith(' ') && code.endsWith(' ') && code.trim() !== '';
    return this.#push(isPadded ? code.slice(1, -1) : code, close + open - start, true);
  }

  #closingBackticks(length: number, from: number): number | undefined {
    this.#backticks ??= backtickRuns(this.#text);
    const starts = this.#backticks.get(length);
    while (starts && starts.at(-1)! < from) starts.pop();
    return starts?.at(-1);
  }

  #readDelimiter(): number {
    const mark = this.#text[this.#at] as Delimiter['mark'];
    const end = this.#skip(mark);
    const before = this.#at === 0 ? '' : characterBefore(this.#text, this.#at);
    const after = end === this.#text.length ? '' : String.fromCodePoint(this.#text.codePointAt(end)!);
    const length = end - this.#at;
    const run = { mark, token: this.#tokens.length, length, left: length, ...flanking(mark, before, after) };
    this.#runs.push(run);
    this.#delimiters.push(run);
    return this.#push('', end);
  }

  #openBracket(isImage: boolean): number {
    this.#brackets.push({ token: this.#tokens.length, isImage, delimiters: this.#delimiters.length });
    return this.#push(isImage ? '![' : '[', this.#at + (isImage ? 2 : 1));
  }

  #closeBracket(): number {
    const opener = this.#brackets.pop();
    const canLink = opener && (opener.isImage || this.#brackets.length >= this.#noLinkBelow);
    this.#noLinkBelow = Math.min(this.#noLinkBelow, this.#brackets.length);
    const target = canLink ? linkTarget(this.#text, this.#at + 1) : undefined;
    if (!opener || !target) return this.#push(']', this.#at + 1);
    this.#tokens[opener.token]!.text = '';
    this.#emphases.push(...pairEmphasis(this.#delimiters, opener.delimiters));
    this.#links.push({ open: opener.token, close: this.#tokens.length, href: target.href });
    if (!opener.isImage) this.#noLinkBelow = this.#brackets.length;
    return this.#push('', target.end);
  }

  #readAngle(): number {
    const link = matchAt(AUTOLINK, this.#text, this.#at) ?? matchAt(MAIL, this.#text, this.#at);
    if (link) return this.#pushLink(link[1]!, this.#at + link[0].length);
    const end = this.#htmlEnd();
    return end === undefined ? this.#push('<', this.#at + 1) : this.#push('', end);
  }

  /** A link's marks are tokens around its text. The marks of an autolink are empty. */
  #pushLink(href: string, end: number): number {
    const open = this.#tokens.length;
    this.#links.push({ open, close: open + 2, href });
    for (const text of ['', href, '']) this.#push(text, end);
    return end;
  }

  /** Offset after raw HTML (CommonMark 0.31, section 6.6). */
  #htmlEnd(): number | undefined {
    const rest = this.#text.slice(this.#at, this.#at + 9);
    if (rest.startsWith('<!-->') || rest.startsWith('<!--->')) return this.#at + rest.indexOf('>') + 1;
    if (rest.startsWith('<!--')) return this.#behind('-->', 4);
    if (rest.startsWith('<?')) return this.#behind('?>', 2);
    if (rest === '<![CDATA[') return this.#behind(']]>', 9);
    if (/^<![A-Za-z]/.test(rest)) return this.#behind('>', 2);
    return skipTag(this.#text, this.#at);
  }

  #behind(mark: string, offset: number): number | undefined {
    if (this.#missing.has(mark)) return undefined;
    const found = this.#text.indexOf(mark, this.#at + offset);
    if (found < 0) this.#missing.add(mark);
    return found < 0 ? undefined : found + mark.length;
  }

  #readEntity(): number {
    const found = readEntity(this.#text, this.#at);
    return found ? this.#push(found.character, found.end) : this.#push('&', this.#at + 1);
  }

  /** Offset after a run of one character. */
  #skip(char: string): number {
    let end = this.#at;
    while (this.#text[end] === char) end++;
    return end;
  }
}

/** Reads `(destination "title")` after a closing bracket. */
function linkTarget(text: string, from: number): { readonly href: string; readonly end: number } | undefined {
  if (text[from] !== '(') return undefined;
  const start = skipSpace(text, from + 1);
  const target = text[start] === ')' ? start : skipDestination(text, start);
  if (target === undefined) return undefined;
  const gap = skipSpace(text, target);
  const title = gap > target ? skipTitle(text, gap) : undefined;
  const end = title === undefined ? gap : skipSpace(text, title);
  if (text[end] !== ')') return undefined;
  const written = text.slice(start, target);
  return { href: decodeText(written.startsWith('<') ? written.slice(1, -1) : written), end: end + 1 };
}

/** The starts of backtick runs by length, ordered from last to first. */
function backtickRuns(text: string): Map<number, number[]> {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const starts = runs.get(run.length);
    if (starts) starts.push(index);
    else runs.set(run.length, [index]);
  }
  for (const starts of runs.values()) starts.reverse();
  return runs;
}

function characterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && at > 1;
  return text.slice(at - (isPair ? 2 : 1), at);
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
