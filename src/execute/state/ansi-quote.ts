import { bytesToText } from './bytes-as-text.ts';

const LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Octal; hexadecimal; a code point; zsh's `\M-\n` and `\M-\t`; its `\M-\C-x` (meta sets the high bit, `\C-?` is DEL),
 * after which a backslash may be literal; any other character.
 */
const ESCAPE =
  /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|[uU]([0-9a-fA-F]{1,8})|M-\\([nt])|((?=[MC]-)(?:M-)?(?:\\?C-)?)(.)|(.))/gs;

/**
 * The text within `$'…'`, as bash and zsh print it. Escapes may encode single bytes, which form UTF-8 only together.
 */
export function readAnsiQuote(quoted: string): string {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const found of quoted.matchAll(ESCAPE)) {
    chunks.push(Buffer.from(quoted.slice(at, found.index)), bytesOf(found));
    at = found.index + found[0].length;
  }
  chunks.push(Buffer.from(quoted.slice(at)));
  return bytesToText(Buffer.concat(chunks));
}

function bytesOf([
  ,
  octal,
  hexadecimal,
  point,
  metaLetter,
  prefix,
  key = '',
  letter = '',
]: RegExpExecArray): Buffer {
  if (octal !== undefined) return Buffer.of(Number.parseInt(octal, 8) & 0xff);
  if (hexadecimal !== undefined) return Buffer.of(Number.parseInt(hexadecimal, 16));
  if (point !== undefined) return Buffer.from(String.fromCodePoint(Number.parseInt(point, 16)));
  if (metaLetter !== undefined) return Buffer.of(LETTERS[metaLetter]!.charCodeAt(0) | 0x80);
  if (prefix === undefined) return Buffer.from(LETTERS[letter] ?? letter);
  const code = key.charCodeAt(0);
  const control = !prefix.endsWith('C-') ? code : key === '?' ? 0x7f : code & 0x1f;
  return Buffer.of(prefix.startsWith('M-') ? control | 0x80 : control);
}
