import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** Ways to write a secret down that are not masked, by the names that docs/secrets.md gives them. */
export const UNMASKED: Readonly<Record<string, (text: string) => string>> = {
  reversed: (text) => [...text].reverse().join(''),
  'in upper case': (text) => text.toUpperCase(),
  'letter by letter': (text) => [...text].join(' '),
  'its first eight characters': (text) => text.slice(0, 8),
  base32: (text) => base32(Buffer.from(text)),
  'UTF-16 in hex': (text) => Buffer.from(text, 'utf16le').toString('hex'),
  rot13: (text) => text.replaceAll(/[a-z]/gi, (each) => rotated(each)),
  'gzip in base64': (text) => gzipSync(text).toString('base64'),
  SHA256: (text) => createHash('sha256').update(text).digest('hex'),
  'base64 of base64': (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
};

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((each) => DIGITS[Number.parseInt(each.padEnd(5, '0'), 2)])
    .join('');
}

function rotated(letter: string): string {
  const base = letter < 'a' ? 65 : 97;
  return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base);
}
