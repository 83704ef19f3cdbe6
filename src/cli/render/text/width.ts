import { eastAsianWidth } from 'get-east-asian-width';

const EMOJI_PRESENTATION = '\ufe0f';

/**
 * The terminal columns of a clean line, or slightly more (a joined emoji counts as its parts): a line may be truncated
 * early but never wraps. Exact widths would need ICU's segmenter and emoji tables, which cost more than a whole Node
 * start.
 */
export function widthOf(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const letter of text) columns += letterWidth(letter);
  return columns;
}

/** Truncates a line to a width in columns, marked by `…`; never between a letter and its accents. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 1) return columns === 1 ? '…' : '';
  let kept = '';
  let used = 0;
  for (const letter of text) {
    used += letterWidth(letter);
    if (used > columns - 1) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** Pads a line with blanks to a width in columns. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

function letterWidth(letter: string): number {
  // It turns the preceding character into an emoji, which is two columns wide.
  if (letter === EMOJI_PRESENTATION) return 1;
  return /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(letter) ? 0 : eastAsianWidth(letter.codePointAt(0)!);
}
