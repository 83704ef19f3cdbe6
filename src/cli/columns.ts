/** Two columns for help: terms, and their wrapped descriptions. `width` in columns of the terminal. */
export function twoColumns(rows: readonly (readonly [string, string])[], width: number): string {
  const term = Math.min(28, Math.max(...rows.map(([left]) => left.length)));
  const indent = term + 4;
  return rows
    .map(([left, right]) => {
      const lines = wrap(right, Math.max(24, width - indent));
      // A term that is too long for its column gets its own line.
      const first = left.length > term ? `  ${left}\n${' '.repeat(indent)}` : `  ${left.padEnd(term)}  `;
      return (first + lines.join(`\n${' '.repeat(indent)}`)).trimEnd();
    })
    .join('\n');
}

/**
 * Wraps text between words into lines of at most `width` characters. A longer word stays whole; without a width the
 * text stays unchanged.
 */
export function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
