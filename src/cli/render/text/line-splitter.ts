import { clean } from './clean.ts';

/** Longest line kept whole, in UTF-16 units; what follows is cut, so that a program without line ends cannot fill memory. */
const LONGEST = 4096;

/**
 * Cuts a stream of text into clean lines. A carriage return starts its line again, as on a terminal: of a progress
 * bar only the last state is seen.
 */
export interface LineSplitter {
  /** The lines that this piece completes. */
  push(text: string): string[];
  /** What has come of the next line so far; the cursor stays. */
  unfinished(): string;
  /** The last line, if it had no end. */
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
  // A return that the next piece may overwrite stays pending.
  return line.endsWith('\r') ? `${kept}\r` : kept;
}
