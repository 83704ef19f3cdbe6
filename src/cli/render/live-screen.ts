import type { Output } from '../output.ts';
import { widthOf } from './width.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** The bottom of a terminal: lines that stay scroll up, and a frame below them is drawn over again. */
export interface LiveScreen {
  /** Lines that stay, and the frame anew, in one write so that nothing flickers. */
  draw(staying: readonly string[], frame: readonly string[]): void;
  /** Takes the frame away and gives the cursor back. */
  close(): void;
}

export function liveScreen(output: Output): LiveScreen {
  let drawn: readonly string[] = [];
  let hidden = false;

  /** Back to where the frame began. A terminal that became narrower has wrapped its lines, so rows are counted now. */
  const erase = (): string => {
    const columns = output.columns || 80;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return rows === 0 ? '' : `\u001b[${rows}A\r\u001b[J`;
  };
  return {
    draw(staying, frame) {
      const text = [...staying, ...frame].map((line) => `${line}\n`).join('');
      const start = hidden ? '' : HIDE_CURSOR;
      output.write(start + erase() + text);
      drawn = frame;
      hidden = true;
    },
    close() {
      if (!hidden) return;
      output.write(erase() + SHOW_CURSOR);
      drawn = [];
      hidden = false;
    },
  };
}
