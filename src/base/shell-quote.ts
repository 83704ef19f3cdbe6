/** One word that any POSIX shell reads back as exactly this text. A NUL cannot be in one. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The same for bash and zsh without a line break in it, so that the lines after it keep their numbers. */
export function quoteOnOneLine(text: string): string {
  return `$'${text.replace(/[\\'\n]/g, (each) => (each === '\n' ? '\\n' : `\\${each}`))}'`;
}

/** A here-document that any POSIX shell hands over as exactly this text and a final newline. */
export function hereDocument(text: string): { readonly operator: string; readonly body: string } {
  let mark = 'RUNBOOK_TEXT';
  while (text.includes(mark)) mark += '_';
  return { operator: `<<'${mark}'`, body: `${text}\n${mark}\n` };
}
