/**
 * A text with `#` in place of every number, with its unit. Escapes (`\x73`) and base64 are expanded first, so that a
 * number cannot hide in them. Two texts with the same mask differ only in numbers.
 */
export function maskNumbers(text: string): string {
  return expandEncoded(text)
    .replace(
      /(?<![A-Za-z])-?\d+(?:[.,_]\d+)*(?:(?:[num]?s|sec|min|[mhd])|[kmgtKMGT]i?[bB]?)?(?![A-Za-z])/g,
      '#',
    )
    .replace(/\d+/g, '#');
}

const BYTE = /(?:\\x[0-9a-fA-F]{2})+/g;
const BASE64 =
  /(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{4}){2,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![A-Za-z0-9+/=])/g;
const READABLE = /^[\t\n\r\x20-\x7e]+$/;

/** Expands what decodes to readable text; anything else stays as it is. */
function expandEncoded(text: string): string {
  return text
    .replace(BYTE, (bytes) => Buffer.from(bytes.replaceAll('\\x', ''), 'hex').toString('latin1'))
    .replace(BASE64, (word) => {
      const decoded = Buffer.from(word, 'base64').toString('latin1');
      return READABLE.test(decoded) ? decoded : word;
    });
}
