import { clock } from '../../../base/shown-duration.ts';
import { cleanLine } from '../text/clean.ts';
import type { Page } from '../text/page.ts';
import { truncate } from '../text/width.ts';
import { marks } from '../text/words.ts';
import { progressLine } from './progress-lines.ts';

/** A running step. */
export interface RunningStep {
  readonly title: string;
  /** Milliseconds since its start. */
  readonly ms: number;
  /** Its current activity: why it runs, which fix, which check. */
  readonly note: string;
  /** Its last lines of output, newest last. */
  readonly lines: readonly string[];
}

/** Everything that the frame shows. */
export interface LiveState {
  readonly running: readonly RunningStep[];
  /** Titles of the next steps. */
  readonly next: readonly string[];
  readonly ended: number;
  readonly total: number;
  readonly ms: number;
  readonly notice: string;
  /** Index of the spinner's picture. */
  readonly turn: number;
}

const TURNING = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const MAX_NEXT = 3;
const MAX_LINES = 5;

/**
 * The current frame, at most `rows` lines: running steps with their last output, next steps, total progress. If there
 * is too little room, the next steps are dropped first, then output, then further running steps.
 */
export function liveFrame(state: LiveState, page: Page, nameWidth: number, rows: number): readonly string[] {
  const room = Math.max(1, rows - 2);
  const running = state.running.slice(0, room);
  const spare = room - running.length;
  const next = state.next.slice(0, Math.min(MAX_NEXT, Math.max(0, spare - running.length)));
  const each =
    running.length === 0 ? 0 : Math.min(MAX_LINES, Math.floor((spare - next.length) / running.length));
  return [
    ...running.flatMap((step) => [
      runningLine(step, state.turn, page, nameWidth),
      ...outputLines(step, each, page),
    ]),
    ...next.map((title) =>
      progressLine({ word: 'next', glyph: '·', tone: 'faint' }, title, '', nameWidth, page),
    ),
    ...(rows > 3 ? [''] : []),
    footer(state, page),
  ];
}

function runningLine(step: RunningStep, turn: number, page: Page, nameWidth: number): string {
  const mark = { ...marks.run, glyph: TURNING[turn % TURNING.length]! };
  const text = `${clock(step.ms).padStart(6)}  ${cleanLine(step.note)}`;
  return progressLine(mark, step.title, text, nameWidth, page);
}

function outputLines(step: RunningStep, most: number, page: Page): string[] {
  const lines = most > 0 ? step.lines.slice(-most) : [];
  const width = (page.width ?? 80) - 11;
  return lines.map((line) => page.paint.faint(`         │ ${truncate(line.replaceAll('\t', '  '), width)}`));
}

function footer(state: LiveState, page: Page): string {
  const progress = `${state.ended} of ${state.total} steps, ${clock(state.ms)}`;
  const text = state.notice ? `${progress}  ${state.notice}` : progress;
  return page.paint.faint(truncate(`  ${text}`, page.width ?? 80));
}
