import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Place } from '../../model/place.ts';

/** One token of a check line. Only a `word` can be a keyword. */
export interface CheckToken {
  readonly form: 'word' | 'string' | 'regex' | 'path';
  /** As written, quotes and slashes included. */
  readonly raw: string;
  /** The value: the string decoded, the pattern without its slashes, `${NAME}` replaced. */
  readonly text: string;
  /** A regular expression with the flag `i`. */
  readonly ignoreCase: boolean;
  /** Offset in the line, in UTF-16 units. */
  readonly offset: number;
}

type Scanned = { readonly token: CheckToken } | { readonly diagnostic: Diagnostic };

const BLANK = /\s/;
const BLANKS = /\s+/y;
const WORD = /[^\s"'`]+/y;

/**
 * Splits a check line at blanks into words and JSON strings. After certain words, also reads `/regular expressions/`
 * and `{balanced paths}`, which may contain blanks. `place` is the place of the line's first character.
 */
export function splitCheckLine(
  line: string,
  place: Place,
): { readonly tokens: CheckToken[]; readonly diagnostic?: Diagnostic } {
  const tokens: CheckToken[] = [];
  for (let at = skipBlanks(line, 0); at < line.length; at = skipBlanks(line, at)) {
    const scanned = scan(line, at, tokens.at(-1)?.raw, place);
    if ('diagnostic' in scanned) return { tokens, diagnostic: scanned.diagnostic };
    tokens.push(scanned.token);
    at += scanned.token.raw.length;
  }
  return { tokens };
}

/** The place of an offset in a line that starts at `place`. */
export function placeAt(place: Place, offset: number): Place {
  return { ...place, column: place.column + offset };
}

function skipBlanks(line: string, from: number): number {
  return endOf(BLANKS, line, from);
}

/** Offset after the match of a sticky pattern at `from`; `from` if it does not match. */
function endOf(pattern: RegExp, line: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(line) ? pattern.lastIndex : from;
}

function scan(line: string, at: number, previous: string | undefined, place: Place): Scanned {
  if (line[at] === '"') return scanString(line, at, place);
  if (line[at] === '/' && previous === 'matches') return scanRegex(line, at, place);
  if (line[at] === '{' && previous === 'jsonpath') return scanPath(line, at, place);
  return scanWord(line, at, place);
}

function scanWord(line: string, at: number, place: Place): Scanned {
  const end = endOf(WORD, line, at);
  if (isGlued(line, end)) {
    return tokenError(place, end, 'check-quote', `A bare word must not contain ${line[end]}.`, QUOTE_REMEDY);
  }
  const raw = line.slice(at, end);
  return { token: { form: 'word', raw, text: raw, ignoreCase: false, offset: at } };
}

function scanString(line: string, at: number, place: Place): Scanned {
  const end = closing(line, at, '"');
  if (end === undefined) {
    return tokenError(
      place,
      at,
      'check-unclosed',
      'A string must have a closing quote. This one has none.',
      'Add the closing ".',
    );
  }
  if (isGlued(line, end)) return glued(place, end, 'a string');
  const raw = line.slice(at, end);
  const text = decodeString(raw);
  if (text === undefined) {
    const remedy = 'Escape it as in JSON: \\" \\\\ \\n \\t \\u0041.';
    return tokenError(place, at, 'check-string', `A string must be valid JSON. ${raw} is not.`, remedy);
  }
  return { token: { form: 'string', raw, text, ignoreCase: false, offset: at } };
}

function scanRegex(line: string, at: number, place: Place): Scanned {
  const end = closing(line, at, '/');
  if (end === undefined) {
    const remedy = 'Add the closing /, and write a slash in the pattern as \\/.';
    return tokenError(
      place,
      at,
      'check-unclosed',
      'A regular expression must end with a slash. This one does not.',
      remedy,
    );
  }
  const ignoreCase = line[end] === 'i';
  const after = ignoreCase ? end + 1 : end;
  if (isGlued(line, after)) return glued(place, after, 'a regular expression');
  const token = { form: 'regex', raw: line.slice(at, after), text: line.slice(at + 1, end - 1) } as const;
  return { token: { ...token, ignoreCase, offset: at } };
}

function scanPath(line: string, at: number, place: Place): Scanned {
  const end = balanced(line, at);
  if (end === undefined) {
    return tokenError(
      place,
      at,
      'check-unclosed',
      'A path must end with a closing brace. This one does not.',
      'Add the closing }.',
    );
  }
  if (isGlued(line, end)) return glued(place, end, 'a path');
  const raw = line.slice(at, end);
  return { token: { form: 'path', raw, text: raw, ignoreCase: false, offset: at } };
}

/** Offset after the mark that closes the one at `at`. A backslash escapes the next character. */
function closing(line: string, at: number, mark: string): number | undefined {
  for (let i = at + 1; i < line.length; i++) {
    if (line[i] === '\\') i++;
    else if (line[i] === mark) return i + 1;
  }
  return undefined;
}

/** Offset after the brace that closes the one at `at`, ignoring braces in quotes. */
function balanced(line: string, at: number): number | undefined {
  let depth = 0;
  for (let i = at; i < line.length; i++) {
    const char = line[i]!;
    if (char === '"' || char === "'") i = (closing(line, i, char) ?? line.length) - 1;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return i + 1;
  }
  return undefined;
}

function decodeString(raw: string): string | undefined {
  try {
    return JSON.parse(raw) as string;
  } catch {
    return undefined;
  }
}

const QUOTE_REMEDY = 'Put the whole value in double quotes, as in JSON.';

function isGlued(line: string, at: number): boolean {
  return at < line.length && !BLANK.test(line[at]!);
}

function glued(place: Place, at: number, what: string): Scanned {
  return tokenError(place, at, 'check-glued', `A blank must follow ${what}.`, 'Insert a blank.');
}

function tokenError(place: Place, at: number, code: string, message: string, remedy: string): Scanned {
  return { diagnostic: { code, severity: 'error', message, remedy, place: placeAt(place, at) } };
}
