import type { Output } from '../../output.ts';
import { widthOf } from '../text/width.ts';

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

/** Ten pictures a second: the eye wants no more, and a slow terminal over ssh can follow. */
const FRAME_MS = 100;

/** A live screen with a clock that draws it. */
export interface Animation {
  readonly running: boolean;
  /** Text that stays, above the frame, from the next picture on. */
  keep(text: string): void;
  draw(): void;
  resume(): void;
  /** Takes the frame away until `resume`: somebody else has the terminal. */
  pause(): void;
  /** The same, and what was kept is written out. */
  end(): void;
}

/** Draws `frame` again and again; `rows` is how many lines fit. */
export function animation(output: Output, frame: (rows: number) => readonly string[]): Animation {
  const screen = liveScreen(output);
  const staying: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const draw = () => screen.draw(staying.splice(0), frame(Math.max(1, (output.rows || 24) - 1)));
  const pause = () => {
    clearInterval(timer);
    timer = undefined;
    output.off('resize', draw);
    process.off('exit', pause);
    screen.close();
  };
  return {
    get running() {
      return timer !== undefined;
    },
    keep: (text) => void staying.push(...text.split('\n')),
    draw,
    resume: () => {
      if (timer) return;
      timer = setInterval(draw, FRAME_MS);
      output.on('resize', draw);
      process.on('exit', pause);
      draw();
    },
    pause,
    end: () => {
      pause();
      if (staying.length) output.write(`${staying.splice(0).join('\n')}\n`);
    },
  };
}
