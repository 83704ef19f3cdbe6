import { isUtf8 } from 'node:buffer';

/**
 * Converts bytes to text and back without loss. Environment variables and paths are bytes, while state and journal hold
 * text. A byte that is not UTF-8 becomes a lone surrogate U+DC80–U+DCFF, which survives JSON. The scheme is Python's
 * `surrogateescape` (PEP 383).
 */
export function bytesToText(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? escapeByte(bytes[at]!) : bytes.toString('utf8', at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** The bytes of a text made by `bytesToText`; ordinary text becomes UTF-8. */
export function textToBytes(text: string): Buffer {
  if (!ESCAPED.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    Array.from(text, (character) =>
      ESCAPED.test(character) ? Buffer.of(character.charCodeAt(0) & 0xff) : Buffer.from(character, 'utf8'),
    ),
  );
}

/** With the u flag, a class of surrogates matches only lone ones. */
const ESCAPED = /[\uDC80-\uDCFF]/u;

const escapeByte = (byte: number): string => String.fromCharCode(0xdc00 + byte);

/** Length of the valid UTF-8 sequence that starts at `at`; 0 if it is not valid. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
