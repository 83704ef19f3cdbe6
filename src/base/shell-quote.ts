/** Quotes a text as one word for any POSIX shell. The text must not contain NUL. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * Quotes a text as one word for bash and zsh without a line break, so that the line numbers of a script stay the same.
 */
export function quoteOnOneLine(text: string): string {
  return `$'${text.replace(/[\\'\n]/g, (each) => (each === '\n' ? '\\n' : `\\${each}`))}'`;
}

/** A here-document that any POSIX shell reads as exactly this text plus a final newline. */
export function hereDocument(text: string): { readonly operator: string; readonly body: string } {
  const mark = endMark(text);
  return { operator: `<<'${mark}'`, body: `${text}\n${mark}\n` };
}

/** The word that ends the here-document of a text: the text does not contain it. */
export function endMark(text: string): string {
  let mark = 'RUNBOOK_TEXT';
  while (text.includes(mark)) mark += '_';
  return mark;
}
