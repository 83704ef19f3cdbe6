import stringWidth from 'string-width';

const ascii = /^[\u0020-\u007e]*$/;
const graphemes = new Intl.Segmenter();

/** Columns that a clean line takes on a terminal. */
export const widthOf = (text: string): number => (ascii.test(text) ? text.length : stringWidth(text));

/** The line cut to a width in columns, the cut shown by `…`; never through the middle of a letter. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns <= 1) return columns === 1 ? '…' : '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const width = widthOf(segment);
    if (used + width > columns - 1) break;
    kept += segment;
    used += width;
  }
  return `${kept.trimEnd()}…`;
}

/** The line filled with blanks up to a width in columns. */
export const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));
