/** A part of a word: unquoted text, or a command substitution. */
type Piece = string | { readonly script: string };

/** One word of POSIX sh or bash. */
export interface ShellWord {
  readonly kind: 'word';
  readonly pieces: readonly Piece[];
  /** Part of it was quoted, so it is neither a keyword nor an operator. */
  readonly quoted: boolean;
  /** The content of a here-document, if this word is its delimiter. */
  readonly heredoc?: string;
}

/** `&&`, `||`, `|`, `;`, `&`, `(`, `)`, `<<`, `>`, …; a line end becomes `;`. */
interface ShellOperator {
  readonly kind: 'operator';
  readonly text: string;
}

export type ShellToken = ShellWord | ShellOperator;

/** Longest first, so that `&&` is not two `&`. */
const OPERATORS = /^(?:\d*(?:<<<|<<-|<<|>>|<&|>&|<>|>\||<|>)|&>>|&>|&&|\|\||\|&|;;&|;;|;&|[;&|()])/;

/** Thrown within this file for an unclosed quote; `shellTokens` then returns undefined. */
class Unclosed extends Error {}

/**
 * Splits a script into words and operators by the rules of the POSIX shell grammar (2.3 Token Recognition), and of
 * bash for `$'…'`, `((…))`, `[[…]]`, `<(…)`. Removes comments and line continuations. Undefined: not shell text,
 * because a quote, bracket or here-document is not closed.
 */
export function shellTokens(text: string): readonly ShellToken[] | undefined {
  try {
    return new Scanner(text.replace(/\\\r?\n/g, '').replace(/\r\n/g, '\n')).tokens();
  } catch (error) {
    if (error instanceof Unclosed) return undefined;
    throw error;
  }
}

/** A word's text; command substitutions appear as `$(…)`. */
export function wordText(word: ShellWord): string {
  return word.pieces.map((piece) => (typeof piece === 'string' ? piece : `$(${piece.script})`)).join('');
}

class Scanner {
  #at = 0;
  readonly #text: string;
  readonly #tokens: ShellToken[] = [];
  /** Here-documents whose content starts after this line, by the token index of their delimiter. */
  #pending: { readonly index: number; readonly strip: boolean }[] = [];
  /** Inside `[[ … ]]`, operators are words. */
  #inTest = false;

  constructor(text: string) {
    this.#text = text;
  }

  tokens(): readonly ShellToken[] {
    while (this.#at < this.#text.length) this.#next();
    if (this.#pending.length > 0) this.#heredocs();
    return this.#tokens;
  }

  #next(): void {
    const char = this.#text[this.#at]!;
    if (char === '\n') this.#lineEnd();
    else if (/\s/.test(char)) this.#at++;
    else if (char === '#') this.#at = lineEnd(this.#text, this.#at);
    else if (this.#startsArithmetic()) this.#word();
    else if (!this.#operator()) this.#word();
  }

  #lineEnd(): void {
    this.#at++;
    if (this.#pending.length > 0) this.#heredocs();
    this.#push({ kind: 'operator', text: ';' });
  }

  #startsArithmetic(): boolean {
    return this.#text.startsWith('((', this.#at) && this.#atCommandStart();
  }

  #atCommandStart(): boolean {
    const last = this.#tokens.at(-1);
    return (
      last === undefined ||
      last.kind === 'operator' ||
      /^(?:for|if|while|until|do|then|else|!)$/.test(wordText(last))
    );
  }

  #operator(): boolean {
    const rest = this.#text.slice(this.#at, this.#at + 8);
    if (/^[<>]\(/.test(rest)) return false;
    const found = OPERATORS.exec(rest)?.[0];
    if (found === undefined) return false;
    this.#at += found.length;
    if (this.#inTest) this.#push({ kind: 'word', pieces: [found], quoted: true });
    else this.#push({ kind: 'operator', text: found });
    return true;
  }

  #push(token: ShellToken): void {
    const heredoc = this.#tokens.at(-1);
    this.#tokens.push(token);
    if (token.kind !== 'word') return;
    const text = wordText(token);
    if (!token.quoted && text === '[[') this.#inTest = true;
    if (!token.quoted && text === ']]') this.#inTest = false;
    if (heredoc?.kind !== 'operator' || !/^\d*<<-?$/.test(heredoc.text)) return;
    this.#pending.push({ index: this.#tokens.length - 1, strip: heredoc.text.endsWith('-') });
  }

  /** Reads the content of the here-documents that the previous line started. */
  #heredocs(): void {
    for (const { index, strip } of this.#pending) {
      const word = this.#tokens[index] as ShellWord;
      this.#tokens[index] = { ...word, heredoc: this.#heredoc(wordText(word), strip) };
    }
    this.#pending = [];
  }

  #heredoc(delimiter: string, strip: boolean): string {
    const lines: string[] = [];
    while (this.#at < this.#text.length) {
      const end = lineEnd(this.#text, this.#at);
      const line = this.#text.slice(this.#at, end);
      const shown = strip ? line.replace(/^\t+/, '') : line;
      this.#at = end + 1;
      if (shown === delimiter) return lines.map((each) => `${each}\n`).join('');
      lines.push(shown);
    }
    throw new Unclosed();
  }

  #word(): void {
    const pieces: Piece[] = [];
    let quoted = false;
    while (this.#at < this.#text.length && !this.#endsWord()) {
      const char = this.#text[this.#at]!;
      if (char === '\\' || char === "'" || char === '"' || this.#text.startsWith("$'", this.#at))
        quoted = true;
      this.#piece(char, pieces);
    }
    this.#push({ kind: 'word', pieces: joined(pieces), quoted });
  }

  #endsWord(): boolean {
    const char = this.#text[this.#at]!;
    if (/[<>]/.test(char) && this.#text[this.#at + 1] === '(') return false;
    if (char === '(' && this.#startsArithmetic()) return false;
    return /[\s;&|<>()]/.test(char);
  }

  #piece(char: string, pieces: Piece[]): void {
    const rest = this.#text.slice(this.#at, this.#at + 3);
    if (char === "'") pieces.push(this.#until("'", 1));
    else if (rest.startsWith("$'")) pieces.push(this.#ansi());
    else if (char === '"') this.#doubleQuoted(pieces);
    else if (rest.startsWith('$"')) this.#at++;
    else if (char === '\\') pieces.push(this.#escaped());
    else if (!this.#expansion(pieces)) pieces.push(this.#text[this.#at++]!);
  }

  #escaped(): string {
    this.#at += 2;
    return this.#text[this.#at - 1] ?? '';
  }

  #doubleQuoted(pieces: Piece[]): void {
    this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Unclosed();
      if (char === '"') break;
      if (char === '\\' && /[$`"\\]/.test(this.#text[this.#at + 1] ?? '')) pieces.push(this.#escaped());
      else if (!this.#expansion(pieces)) pieces.push(this.#text[this.#at++]!);
    }
    this.#at++;
  }

  /** Reads `$(…)`, backquotes, `<(…)`, `$((…))`, `((…))` or `${…}`; returns false if there is none at this position. */
  #expansion(pieces: Piece[]): boolean {
    const rest = this.#text.slice(this.#at, this.#at + 3);
    if (rest === '$((' || rest.startsWith('((')) pieces.push(this.#balanced('(', ')'));
    else if (/^[$<>]\(/.test(rest)) pieces.push({ script: this.#balanced('(', ')').slice(2, -1) });
    else if (rest.startsWith('${')) pieces.push(braceless(this.#balanced('{', '}')));
    else if (rest.startsWith('`')) pieces.push({ script: this.#until('`', 1) });
    else return false;
    return true;
  }

  /** The text up to the bracket that closes the first one, respecting quotes. */
  #balanced(open: string, close: string): string {
    const start = this.#at;
    let depth = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!;
      if (char === '\\') this.#at++;
      else if (char === "'" || char === '"') this.#at = closingQuote(this.#text, this.#at);
      else if (char === open) depth++;
      else if (char === close && --depth === 0) return this.#text.slice(start, ++this.#at);
    }
    throw new Unclosed();
  }

  #until(mark: string, skip: number): string {
    const start = this.#at + skip;
    const end = this.#text.indexOf(mark, start);
    if (end < 0) throw new Unclosed();
    this.#at = end + 1;
    return this.#text.slice(start, end);
  }

  #ansi(): string {
    const start = this.#at + 2;
    const end = closingQuote(this.#text, this.#at + 1);
    this.#at = end + 1;
    return this.#text.slice(start, end).replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\(.)/g, '$1');
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** Index of the quote that closes the one at `at`. A backslash escapes the next character, except in single quotes. */
function closingQuote(text: string, at: number): number {
  const quote = text[at]!;
  const hides = quote === '"' || text[at - 1] === '$';
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\' && hides) i++;
    else if (text[i] === quote) return i;
  }
  throw new Unclosed();
}

/** Normalizes `${NAME}` to `$NAME`. */
function braceless(expansion: string): string {
  return expansion.replace(/^\$\{(\w+)\}$/, '$$$1');
}

function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') result[result.length - 1] = last + piece;
    else result.push(piece);
  }
  return result;
}
