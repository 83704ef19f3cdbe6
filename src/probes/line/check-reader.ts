import { nearest } from '../../base/nearest.ts';
import { regexProblem } from '../../base/regex.ts';
import type { TextTest } from '../../model/check.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import { type CheckToken, placeAt } from './check-tokens.ts';

/** A slot of the grammar: its name for messages, an example, and its parser (undefined: rejected). */
export interface Slot<T> {
  readonly what: string;
  readonly example: string;
  readonly fallback: T;
  parse(text: string): T | undefined;
}

/**
 * Reads the tokens of a check line from left to right. The first error becomes the diagnostic. After it every read
 * returns a fallback, so productions need no error handling.
 */
export class CheckReader {
  readonly #tokens: readonly CheckToken[];
  readonly #place: Place;
  readonly #lenient: boolean;
  readonly #seen = new Set<string>();
  #at = 0;
  #diagnostic: Diagnostic | undefined;

  /** `lenient`: a token that contains `${` fits any slot for values, because its value is not known yet. */
  constructor(tokens: readonly CheckToken[], place: Place, lenient: boolean) {
    this.#tokens = tokens;
    this.#place = place;
    this.#lenient = lenient;
  }

  get diagnostic(): Diagnostic | undefined {
    return this.#diagnostic;
  }

  /** Whether options may follow: tokens are left before `within`, and no error has occurred. */
  more(): boolean {
    const next = this.#tokens[this.#at];
    return this.#diagnostic === undefined && next !== undefined && next.raw !== 'within';
  }

  /** Consumes the next token if it is exactly this word. */
  skip(word: string): boolean {
    if (this.#diagnostic || this.#tokens[this.#at]?.raw !== word) return false;
    this.#at++;
    return true;
  }

  /** Reads one of the words. `also` lists other words that may follow here, for suggestions only. */
  keyword<W extends string>(words: readonly [W, ...W[]], also: readonly string[] = []): W {
    const token = this.#next(words);
    const known = words.find((word) => word === token?.raw);
    if (token && known === undefined) this.#unknownWord(token, [...words, ...also]);
    return known ?? words[0];
  }

  /** Reads an option's keyword. It may occur only once unless it is `repeatable`. */
  option<W extends string>(words: readonly [W, ...W[]], repeatable?: W): W {
    const token = this.#tokens[this.#at];
    const word = this.keyword(words, ['within']);
    // A body has one test: `contains` or `matches`.
    const name = word === 'matches' ? 'contains' : word;
    if (token && this.#seen.has(name) && word !== repeatable) {
      this.#fail(
        'check-repeated-option',
        `An option may occur only once. \`${token.raw}\` is repeated.`,
        'Remove one of them.',
        token,
      );
    }
    this.#seen.add(name);
    return word;
  }

  /** Reads a bare word or JSON string. `empty`: the empty string is allowed. */
  value(what: string, empty: 'empty' | 'never' = 'never'): string {
    const token = this.#next(what);
    if (!token) return '';
    if (token.raw === 'not' || token.raw === 'within') {
      const remedy = `Put it in double quotes if it really is ${what}.`;
      this.#fail('check-reserved', `Expected ${what}, found the keyword \`${token.raw}\`.`, remedy, token);
    }
    if (token.text === '' && empty === 'never') {
      this.#fail('check-bad-value', `Expected ${what}, found an empty string.`, 'Write a value.', token);
    }
    return token.text;
  }

  /** Reads a token of a certain form, such as a port. */
  slot<T>(slot: Slot<T>): T {
    const token = this.#next(slot.what);
    if (!token) return slot.fallback;
    if (token.form === 'word' && this.#unresolved(token)) return slot.fallback;
    const parsed = token.form === 'word' ? slot.parse(token.text) : undefined;
    if (parsed === undefined) {
      const message = `Expected ${slot.what}, found \`${token.text}\`.`;
      this.#fail('check-bad-value', message, `Write it like \`${slot.example}\`.`, token);
    }
    return parsed ?? slot.fallback;
  }

  /** Reads the operand of `contains` or `matches`. */
  text(kind: 'contains' | 'matches'): TextTest {
    if (kind === 'contains') return { kind, value: this.value('a text to look for') };
    const token = this.#next('a regular expression');
    if (token && token.form !== 'regex') {
      const message = `Expected a regular expression, found \`${token.raw}\`.`;
      this.#fail(
        'check-bad-value',
        message,
        'Put it between slashes, as in `matches /ready: [0-9]+/i`.',
        token,
      );
    }
    const pattern = token?.text ?? '';
    const problem = token && (pattern === '' ? 'it is empty' : regexProblem(pattern));
    if (problem) {
      const remedy = "Use RE2's syntax, which matches in linear time.";
      this.#fail('check-regex', `The regular expression must be valid: ${problem}.`, remedy, token);
    }
    return { kind, pattern, ignoreCase: token?.ignoreCase ?? false };
  }

  /** Reads the operand of `jsonpath`: `{…}`, possibly in a JSON string. */
  path(): string {
    const token = this.#next('a JSONPath');
    if (!token || this.#unresolved(token)) return token?.text ?? '';
    if (token.text === '' || (token.form === 'word' && !/^\{.*\}$/s.test(token.text))) {
      const message = `Expected a JSONPath, found \`${token.raw}\`.`;
      this.#fail('check-bad-value', message, 'Put it in braces, as in `{.spec.replicas}`.', token);
    }
    return token.text;
  }

  /** Reports an error at the token that was read last. */
  refuse(code: string, message: string, remedy: string): void {
    this.#fail(code, message, remedy, this.#tokens[this.#at - 1]);
  }

  /** Whether the last token contains an unresolved `${NAME}`. */
  lastUnresolved(): boolean {
    const token = this.#tokens[this.#at - 1];
    return token !== undefined && this.#unresolved(token);
  }

  /** Requires the end of the line. */
  end(): void {
    const token = this.#tokens[this.#at];
    if (!token) return;
    const last = this.#tokens.some((each, index) => index < this.#at && each.raw === 'within');
    if (last)
      this.#fail(
        'check-extra',
        'Nothing may follow `within`.',
        'Move `within` to the end of the line.',
        token,
      );
    else this.#unknownWord(token, ['within']);
  }

  #unresolved(token: CheckToken): boolean {
    return this.#lenient && token.text.includes('${');
  }

  #next(due: string | readonly string[]): CheckToken | undefined {
    if (this.#diagnostic) return undefined;
    const token = this.#tokens[this.#at++];
    if (!token) {
      const what = typeof due === 'string' ? due : due.map((word) => `\`${word}\``).join(' or ');
      this.#fail('check-incomplete', `Expected ${what}, but the line ends here.`, `Add ${what}.`, undefined);
    }
    return token;
  }

  #unknownWord(token: CheckToken, known: readonly string[]): void {
    const guess = nearest(token.raw, known);
    const list = known.map((word) => `\`${word}\``).join(', ');
    const remedy = guess ? `Did you mean \`${guess}\`?` : `Known here: ${list}.`;
    this.#fail('check-unknown-word', `The word \`${token.raw}\` is not known here.`, remedy, token);
  }

  #fail(code: string, message: string, remedy: string, token: CheckToken | undefined): void {
    const last = this.#tokens.at(-1);
    const offset = token?.offset ?? (last ? last.offset + last.raw.length : 0);
    const place = placeAt(this.#place, offset);
    this.#diagnostic ??= { code, severity: 'error', message, remedy, place };
  }
}
