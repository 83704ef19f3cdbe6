/** One word that any POSIX shell reads back as exactly this text. A NUL cannot be in one. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
