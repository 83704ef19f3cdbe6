/**
 * One character of a secret in every way that it may be written. Matched in sequence, they cover plain text, every
 * escape below, and any mixture. An empty spelling makes the character optional.
 */
export type Spellings = readonly string[];

const NAMED_ENTITIES: Readonly<Record<string, readonly string[]>> = {
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
  ' ': ['&nbsp;'],
};

/** Quotes inside quotes: POSIX sh, then SQL, YAML and CSV, which double them. */
const REQUOTED: Readonly<Record<string, readonly string[]>> = {
  "'": [`'\\''`, `'"'"'`, `''`],
  '"': [`'"'`, `""`],
  '!': [`'!'`, `"'!'"`],
};

/** ANSI C escapes, as in JSON, `$'…'` and printf. */
const C_ESCAPES: Readonly<Record<string, readonly string[]>> = {
  '\u0007': ['\\a'],
  '\b': ['\\b'],
  '\t': ['\\t'],
  '\v': ['\\v'],
  '\f': ['\\f'],
  '\u001b': ['\\e', '\\E'],
  '\0': ['\\0'],
};

const known = new Map<string, Spellings>();

/** The spellings of one code point other than a line end. */
export function spellingsOf(character: string): Spellings {
  let spellings = known.get(character);
  if (!spellings) {
    spellings = [...new Set(spell(character))];
    known.set(character, spellings);
  }
  return spellings;
}

function spell(character: string): string[] {
  const bytes = [...Buffer.from(character)];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const point = character.codePointAt(0) ?? 0;
  const escapes = [
    ...bothCases((hex) => bytes.map((byte) => `\\x${hex(byte, 2)}`)),
    ...bothCases((hex) => units.map((unit) => `\\u${hex(unit, 4)}`)),
    ...bothCases((hex) => [`\\u{${hex(point, 1)}}`]),
    ...bothCases((hex) => [`\\U${hex(point, 8)}`]),
    bytes.map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
    bytes.map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join(''),
    ...(C_ESCAPES[character] ?? []),
    ...(isPunctuation(character) ? [`\\${character}`] : []),
  ];
  return [
    character,
    ...escapes,
    // JSON in JSON, and shell words that were quoted twice.
    ...escapes.map((each) => each.replaceAll('\\', '\\\\')),
    ...(isPunctuation(character) ? [`\\\\\\${character}`] : []),
    ...bothCases((hex) => bytes.map((byte) => `%${hex(byte, 2)}`)),
    ...bothCases((hex) => bytes.map((byte) => `%25${hex(byte, 2)}`)),
    ...bothCases((hex) => [`&#x${hex(point, 1)};`]),
    ...bothCases((hex) => [`&#X${hex(point, 2)};`]),
    ...bothCases((hex) => [`&#x${hex(point, 2)};`]),
    `&#${point};`,
    `&#${String(point).padStart(3, '0')};`,
    ...(NAMED_ENTITIES[character] ?? []),
    ...(REQUOTED[character] ?? []),
    ...(character === ' ' ? ['+'] : []),
  ];
}

/**
 * A line end, with or without CR, escaped, or removed: `echo $KEY` turns it into a blank, `tr -d '\n'` into nothing.
 */
export const LINE_END: Spellings = [
  ...['', ' ', '+', '\n', '\r\n', '\r', '\\\n', '\\n', '\\r\\n', '\\\\n', '\\\\r\\\\n'],
  ...['%0A', '%0a', '%0D%0A', '%0d%0a', '%20', '%250A', '%250D%250A'],
  ...['&#10;', '&#13;&#10;', '&#xA;', '&#xa;', '&#x0A;', '&#xD;&#xA;', '&#xd;&#xa;'],
  ...['\\x0a', '\\x0A', '\\x0d\\x0a', '\\012', '\\015\\012', '\\u000a', '\\u000A', '\\u000d\\u000a'],
];

function bothCases(write: (hex: (value: number, digits: number) => string) => readonly string[]): string[] {
  const lower = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return [lower, (value: number, digits: number) => lower(value, digits).toUpperCase()].map((hex) =>
    write(hex).join(''),
  );
}

/** Characters that some shell escapes with a backslash: everything except letters and digits. */
function isPunctuation(character: string): boolean {
  return !/^[A-Za-z0-9]$/.test(character);
}
