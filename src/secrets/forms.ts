import { LINE_END, type Spellings, spellingsOf } from './spellings.ts';

/** A secret that must be masked in everything that is shown or stored. */
export interface Secret {
  readonly name: string;
  readonly value: string;
  /** A variable whose value only the person's side knows, for text that an agent reads; absent: a secret. */
  readonly kind?: 'variable' | 'secret';
}

/** One way in which a secret may appear in a text: its characters in order, each in any of its spellings. */
export interface SecretForm {
  readonly name: string;
  readonly characters: readonly Spellings[];
  /** Matches only between characters that are not letters, digits or underscores. */
  readonly word: boolean;
}

/** Minimum length (in characters) for masking a value anywhere. Shorter values are masked only as whole words. */
export const ANYWHERE_LENGTH = 8;

/** In a multi-line secret, a shorter line is masked on its own only if it has this many letters and digits. */
const LINE_WORD_LENGTH = 4;

/** All forms of a secret. Surrounding whitespace is not part of the value; an empty value has no forms. */
export function formsOf({ name, value }: Secret): SecretForm[] {
  const whole = value.trim().replaceAll(/\r\n|\r/g, '\n');
  if (whole === '') return [];
  const named = (characters: readonly Spellings[], word = false): SecretForm => ({ name, characters, word });
  if (isShort(whole)) return wordsOf(whole).map((characters) => named(characters, true));
  const lines = [...new Set(whole.split('\n').map((line) => line.trim()))];
  const crlf = lines.length > 1 ? encodings(Buffer.from(whole.replaceAll('\n', '\r\n'))) : [];
  return [
    ...[plain(whole), ...encodings(Buffer.from(whole)), ...crlf].map((characters) => named(characters)),
    ...(lines.length > 1 ? lines.filter(isIdentifying).map((line) => named(plain(line), isShort(line))) : []),
  ];
}

/** Whether a value is too short to be masked inside words. */
export function isShort(value: string): boolean {
  return [...value.trim()].length < ANYWHERE_LENGTH;
}

function isIdentifying(line: string): boolean {
  return !isShort(line) || line.replaceAll(/[^\p{L}\p{N}]/gu, '').length >= LINE_WORD_LENGTH;
}

/**
 * Inside longer base64 or hex, a short value may match by chance, so it is matched only alone. `echo` appends a line
 * end.
 */
function wordsOf(text: string): Spellings[][] {
  const base64 = [text, `${text}\n`].map((each) => Buffer.from(each).toString('base64').replaceAll('=', ''));
  return [
    plain(text),
    hex(Buffer.from(text)),
    ...base64.map((each) => [...[...each].map((character) => BASE64[character] ?? [character]), PADDING]),
  ];
}

function encodings(bytes: Buffer): Spellings[][] {
  return [hex(bytes), ...[0, 1, 2].map((offset) => base64At(bytes, offset))];
}

function plain(text: string): Spellings[] {
  return [...text].map((character) => (character === '\n' ? LINE_END : spellingsOf(character)));
}

/** Digits in either case. Bytes may be separated by `:`, `-`, a blank or a line end, as in fingerprints and dumps. */
function hex(bytes: Buffer): Spellings[] {
  return [...bytes].map((byte, index) => {
    const lower = byte.toString(16).padStart(2, '0');
    const digits = [...new Set([lower, lower.toUpperCase()])];
    return index === 0
      ? digits
      : ['', ':', '-', ' ', '\n', '\r\n'].flatMap((separator) => digits.map((each) => separator + each));
  });
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The two characters that vary: url-safe, or escaped in URLs and JSON. */
const BASE64: Readonly<Record<string, Spellings>> = {
  '+': ['+', '-', '%2B', '%2b', '\\u002b', '\\u002B', '&#43;', '&#x2B;', '&#x2b;'],
  '/': ['/', '_', '%2F', '%2f', '\\/', '\\u002f', '\\u002F', '&#47;', '&#x2F;', '&#x2f;'],
};

const PADDING: Spellings = [
  ...['', '=', '==', '%3D', '%3d', '%3D%3D', '%3d%3d'],
  ...[
    '\\u003d',
    '\\u003D',
    '\\u003d\\u003d',
    '\\u003D\\u003D',
    '&#61;',
    '&#61;&#61;',
    '&#x3D;',
    '&#x3D;&#x3D;',
  ],
];

/** Encoders wrap lines at 64 or 76 characters. */
const WRAPS = ['', '\n', '\r\n', '\\n', '\\r\\n', ' '];

/** Each character of the alphabet with its spellings, including those after a line break. */
const DIGITS = [...ALPHABET].map((character) => BASE64[character] ?? [character]);
const WRAPPED_DIGITS = DIGITS.map((digit) =>
  WRAPS.flatMap((wrap) => digit.map((spelling) => wrap + spelling)),
);

/**
 * The bytes as they appear in base64 when `offset` (0 to 2) bytes of a group of three precede them. The first and last
 * characters may contain bits of adjacent bytes: every character that agrees with the secret's own bits is masked.
 */
function base64At(bytes: Buffer, offset: number): Spellings[] {
  const [start, end] = [offset * 8, (offset + bytes.length) * 8];
  const padded = Buffer.concat([Buffer.alloc(offset), bytes, Buffer.alloc(2)]).toString('base64');
  const [first, last] = [Math.floor(start / 6), Math.ceil(end / 6) - 1];
  const characters: Spellings[] = [];
  for (let at = first; at <= last; at++) {
    const value = ALPHABET.indexOf(padded.charAt(at));
    const strange = strangeBits(start - at * 6, at * 6 + 6 - end);
    const digits = at < first + 2 ? DIGITS : WRAPPED_DIGITS;
    characters.push(strange === 0 ? (digits[value] ?? []) : ['', ...agreeing(digits, value, strange)]);
  }
  return [...characters, PADDING];
}

/** Bit mask of a character's six bits that belong to adjacent bytes, given how many are in front and behind. */
function strangeBits(front: number, behind: number): number {
  const own = (0b111111 >> Math.max(0, front)) & (0b111111 << Math.max(0, behind));
  return 0b111111 & ~own;
}

function agreeing(digits: readonly Spellings[], value: number, strange: number): string[] {
  return digits.filter((_, other) => (other | strange) === (value | strange)).flat();
}
