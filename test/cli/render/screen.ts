/** As much of a terminal as the live story uses: rows that wrap and scroll, cursor up, erase below, colours, cursor off and on. */
export interface Screen {
  write(text: string): void;
  /** What was scrolled off and what is seen, without trailing blanks. */
  lines(): string[];
  readonly cursorShown: () => boolean;
}

export function screen(columns: number, rows: number): Screen {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  let shown = true;
  const top = () => Math.max(0, lines.length - rows);

  const newLine = () => {
    row += 1;
    if (row === lines.length) lines.push([]);
  };
  const put = (letter: string) => {
    if (column === columns) {
      newLine();
      column = 0;
    }
    const line = lines[row]!;
    while (line.length < column) line.push(' ');
    line[column] = letter;
    column += 1;
  };
  const control = (parameters: string, final: string) => {
    if (final === 'A') row = Math.max(top(), row - Number(parameters || 1));
    else if (final === 'J' && (parameters === '' || parameters === '0')) {
      lines[row]!.length = Math.min(lines[row]!.length, column);
      lines.length = row + 1;
    } else if (final === 'h' || final === 'l') shown = final === 'h';
    else if (final !== 'm') throw new Error(`a sequence this screen does not know: ${parameters}${final}`);
  };
  return {
    write(text) {
      for (let rest = text; rest !== ''; ) {
        const sequence = /^\u001b\[([?\d;]*)([A-Za-z])/.exec(rest);
        if (sequence) control(sequence[1]!, sequence[2]!);
        else if (rest[0] === '\n') {
          newLine();
          column = 0;
        } else if (rest[0] === '\r') column = 0;
        else put(rest[0]!);
        rest = rest.slice(sequence ? sequence[0].length : 1);
      }
    },
    lines: () => lines.map((line) => line.join('').trimEnd()),
    cursorShown: () => shown,
  };
}
