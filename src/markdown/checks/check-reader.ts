import { nearest } from '../../base/nearest.ts';
import { regexProblem } from '../../base/regex.ts';
import type { TextTest } from '../../model/check.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';
import { placeAt, type Token } from './check-tokens.ts';

/** What a slot of the grammar accepts: a name for messages, an example, and the shape (undefined: refused). */
export interface Slot<T> {
  readonly what: string;
  readonly example: string;
  readonly fallback: T;
  parse(text: string): T | undefined;
}

/**
 * Reads the tokens of one check line from left to right. The first thing that does not fit becomes the diagnostic;
 * from then on every read answers a fallback, so that a production reads as plainly as the grammar it follows.
 */
export class CheckReader {
  readonly #tokens: readonly Token[];
  readonly #place: Place;
  readonly #lenient: boolean;
  readonly #seen = new Set<string>();
  #at = 0;
  #diagnostic: Diagnostic | undefined;

  /** `lenient`: a token that holds `${` fits any slot for values, since what it stands for is not known yet. */
  constructor(tokens: readonly Token[], place: Place, lenient: boolean) {
    this.#tokens = tokens;
    this.#place = place;
    this.#lenient = lenient;
  }

  get diagnostic(): Diagnostic | undefined {
    return this.#diagnostic;
  }

  /** Whether options may follow: something is left before `within`, and nothing was wrong so far. */
  more(): boolean {
    const next = this.#tokens[this.#at];
    return this.#diagnostic === undefined && next !== undefined && next.raw !== 'within';
  }

  /** Takes the next token if it is this very word. */
  skip(word: string): boolean {
    if (this.#diagnostic || this.#tokens[this.#at]?.raw !== word) return false;
    this.#at++;
    return true;
  }

  /** One of the words; `also` may stand here too and is only suggested. */
  keyword<W extends string>(words: readonly [W, ...W[]], also: readonly string[] = []): W {
    const token = this.#next(words);
    const known = words.find((word) => word === token?.raw);
    if (token && known === undefined) this.#unknownWord(token, [...words, ...also]);
    return known ?? words[0];
  }

  /** An option's keyword, which may occur only once unless it is `repeatable`. */
  option<W extends string>(words: readonly [W, ...W[]], repeatable?: W): W {
    const token = this.#tokens[this.#at];
    const word = this.keyword(words, ['within']);
    // A body has one test, however it is put.
    const name = word === 'matches' ? 'contains' : word;
    if (token && this.#seen.has(name) && word !== repeatable) {
      this.#fail('check-repeated-option', `\`${token.raw}\` may occur only once.`, 'Remove one.', token);
    }
    this.#seen.add(name);
    return word;
  }

  /** A bare word or JSON string. `empty`: the empty string is welcome too. */
  value(what: string, empty: 'empty' | 'never' = 'never'): string {
    const token = this.#next(what);
    if (!token) return '';
    if (token.raw === 'not' || token.raw === 'within') {
      const remedy = `Put it in double quotes if ${what} is really called that.`;
      this.#fail(
        'check-reserved',
        `\`${token.raw}\` is a word of the grammar; ${what} was due here.`,
        remedy,
        token,
      );
    }
    if (token.text === '' && empty === 'never') {
      this.#fail('check-bad-value', `An empty string cannot be ${what}.`, 'Write what is meant.', token);
    }
    return token.text;
  }

  /** A token of a certain shape, such as a port. */
  slot<T>(slot: Slot<T>): T {
    const token = this.#next(slot.what);
    if (!token) return slot.fallback;
    if (token.form === 'word' && this.#unresolved(token)) return slot.fallback;
    const parsed = token.form === 'word' ? slot.parse(token.text) : undefined;
    if (parsed === undefined) {
      const message = `\`${token.text}\` is not ${slot.what}.`;
      this.#fail('check-bad-value', message, `Write it like \`${slot.example}\`.`, token);
    }
    return parsed ?? slot.fallback;
  }

  /** What follows `contains` or `matches`. */
  text(kind: 'contains' | 'matches'): TextTest {
    if (kind === 'contains') return { kind, value: this.value('a text to look for') };
    const token = this.#next('a regular expression');
    if (token && token.form !== 'regex') {
      const message = `\`${token.raw}\` is not a regular expression.`;
      this.#fail(
        'check-bad-value',
        message,
        'Put it between slashes, as in `matches /ready: [0-9]+/i`.',
        token,
      );
    }
    const pattern = token?.text ?? '';
    const problem = token && (pattern === '' ? 'nothing between the slashes' : regexProblem(pattern));
    if (problem) {
      const remedy = "Use RE2's syntax, which matches in linear time.";
      this.#fail('check-regex', `This regular expression cannot be used: ${problem}.`, remedy, token);
    }
    return { kind, pattern, ignoreCase: token?.ignoreCase ?? false };
  }

  /** What follows `jsonpath`: `{…}`, or the same in a JSON string. */
  path(): string {
    const token = this.#next('a JSONPath');
    if (!token || this.#unresolved(token)) return token?.text ?? '';
    if (token.text === '' || (token.form === 'word' && !/^\{.*\}$/s.test(token.text))) {
      const message = `\`${token.raw}\` is not a JSONPath.`;
      this.#fail('check-bad-value', message, 'Put it in braces, as in `{.spec.replicas}`.', token);
    }
    return token.text;
  }

  /** Says that what was read last does not fit with the rest. */
  refuse(code: string, message: string, remedy: string): void {
    this.#fail(code, message, remedy, this.#tokens[this.#at - 1]);
  }

  /** Whether the token read last is still to be resolved. */
  lastUnresolved(): boolean {
    const token = this.#tokens[this.#at - 1];
    return token !== undefined && this.#unresolved(token);
  }

  /** Nothing may be left. */
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

  #unresolved(token: Token): boolean {
    return this.#lenient && token.text.includes('${');
  }

  #next(due: string | readonly string[]): Token | undefined {
    if (this.#diagnostic) return undefined;
    const token = this.#tokens[this.#at++];
    if (!token) {
      const what = typeof due === 'string' ? due : due.map((word) => `\`${word}\``).join(' or ');
      this.#fail('check-incomplete', `The line ends where ${what} is due.`, `Add ${what}.`, undefined);
    }
    return token;
  }

  #unknownWord(token: Token, known: readonly string[]): void {
    const guess = nearest(token.raw, known);
    const list = known.map((word) => `\`${word}\``).join(', ');
    const remedy = guess ? `Did you mean \`${guess}\`?` : `Known here: ${list}.`;
    this.#fail('check-unknown-word', `\`${token.raw}\` means nothing here.`, remedy, token);
  }

  #fail(code: string, message: string, remedy: string, token: Token | undefined): void {
    const last = this.#tokens.at(-1);
    const offset = token?.offset ?? (last ? last.offset + last.raw.length : 0);
    const place = placeAt(this.#place, offset);
    this.#diagnostic ??= { code, severity: 'error', message, remedy, place };
  }
}
