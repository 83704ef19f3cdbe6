import { clean } from './clean.ts';

/** Maximum line length in UTF-16 units; the rest is dropped, so that a program without line ends cannot fill memory. */
const LONGEST = 4096;

/**
 * Splits a stream of text into clean lines. A carriage return restarts its line, as on a terminal, so only the last
 * state of a progress bar remains.
 */
export interface LineSplitter {
  /** The lines that this chunk completes. */
  push(text: string): string[];
  /** The current text of the next line; the cursor stays. */
  unfinished(): string;
  /** The last line, if it has no line end. */
  end(): string[];
}

export function lineSplitter(): LineSplitter {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split('\n');
      rest = lastState(lines.pop()!);
      return lines.map((line) => clean(lastState(line)));
    },
    unfinished: () => clean(rest),
    end() {
      const line = clean(rest);
      rest = '';
      return line === '' ? [] : [line];
    },
  };
}

function lastState(line: string): string {
  const withoutEnd = line.endsWith('\r') ? line.slice(0, -1) : line;
  const shown = withoutEnd.slice(withoutEnd.lastIndexOf('\r') + 1);
  const kept = shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
  // Keeps a carriage return pending, because the next chunk may overwrite the line.
  return line.endsWith('\r') ? `${kept}\r` : kept;
}
