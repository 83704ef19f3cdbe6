import type { Output } from '../../output.ts';
import { widthOf } from '../text/width.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/** The bottom of a terminal: permanent lines scroll up, and a frame below them is redrawn. */
export interface LiveScreen {
  /** Writes permanent lines and the new frame in one write, to avoid flicker. */
  draw(staying: readonly string[], frame: readonly string[]): void;
  /** Removes the frame and shows the cursor again. */
  close(): void;
}

export function liveScreen(output: Output): LiveScreen {
  let drawn: readonly string[] = [];
  let hidden = false;

  /**
   * Moves to the start of the frame. A terminal that became narrower has wrapped its lines, so rows are counted now.
   */
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

/** Ten frames per second are enough for people, and few enough for a slow terminal over ssh. */
const FRAME_MS = 100;

/** A live screen that is redrawn by a timer. */
export interface Animation {
  readonly running: boolean;
  /** Prints permanent text above the frame, with the next frame. */
  keep(text: string): void;
  draw(): void;
  resume(): void;
  /** Removes the frame until `resume`, because something else uses the terminal. */
  pause(): void;
  /** Removes the frame and prints the remaining permanent text. */
  end(): void;
}

/** Redraws `frame` periodically; `rows` is the number of available lines. */
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
