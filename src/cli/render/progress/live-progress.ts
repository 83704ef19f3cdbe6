import type { RunEvent } from '../../../model/outcome.ts';
import type { Output } from '../../output.ts';
import { renderDiagnostic } from '../diagnostic.ts';
import { type Ended, renderSummary } from '../summary.ts';
import { cleanLine } from '../text/clean.ts';
import { type LineSplitter, lineSplitter } from '../text/line-splitter.ts';
import type { Page } from '../text/page.ts';
import { actWords, marks } from '../text/words.ts';
import { liveFrame, type RunningStep } from './live-frame.ts';
import { animation } from './live-screen.ts';
import type { Progress } from './progress.ts';
import { endLines, fixWords, nameWidth, passTitle, progressLine, untimed } from './progress-lines.ts';

/** Lines of output kept for each running step. */
const KEPT_LINES = 5;

export interface LiveProgress {
  readonly page: Page;
  readonly cwd: string;
  readonly output: Output;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Running {
  readonly title: string;
  readonly since: number;
  note: string;
  readonly splitter: LineSplitter;
  readonly lines: string[];
}

/**
 * The progress of a pass on a terminal. Finished steps scroll up as the same lines as in a pipe. Below them a frame
 * shows running and next steps. Events only change the state, and a timer draws it, so that a thousand quick steps
 * cost a few frames.
 */
export function liveProgress({ page, cwd, output, now }: LiveProgress): Progress {
  const running = new Map<string, Running>();
  const ended: Ended[] = [];
  const waiting = new Map<string, string>();
  let names = 0;
  let total = 0;
  let startedAt = now();
  let turn = 0;
  let notice = '';

  const current = (): Page => ({ ...page, width: (output.columns || 80) - 1 });

  const stage = animation(output, (rows) => {
    const state = {
      running: [...running.values()].map((step) => shown(step, now())),
      next: [...waiting.values()],
      ended: total - waiting.size - running.size,
      total,
      ms: now() - startedAt,
      notice,
      turn: turn++,
    };
    return liveFrame(state, current(), names, rows);
  });
  const { keep, resume, pause, end } = stage;

  const event = (event: RunEvent): void => {
    switch (event.type) {
      case 'pass-started':
        ended.length = 0;
        waiting.clear();
        keep(`${passTitle(event, current())}\n`);
        for (const { id, title, kind } of event.steps) if (kind === 'step') waiting.set(id, cleanLine(title));
        total = waiting.size;
        names = nameWidth(event.steps, current());
        startedAt = now();
        resume();
        return;
      case 'diagnostic':
        keep(renderDiagnostic(event.diagnostic, current(), cwd));
        break;
      case 'step-started':
        waiting.delete(event.step);
        running.set(event.step, {
          title: cleanLine(event.title),
          since: now(),
          note: actWords[event.reason],
          splitter: lineSplitter(),
          lines: [],
        });
        break;
      case 'output': {
        const step = running.get(event.step);
        if (!step) break;
        step.lines.push(...step.splitter.push(event.text));
        step.lines.splice(0, step.lines.length - KEPT_LINES);
        break;
      }
      case 'check': {
        const step = running.get(event.step);
        if (step) step.note = `${event.result.verdict}: ${event.result.check}`;
        break;
      }
      case 'fix-started': {
        const step = running.get(event.step);
        if (step) step.note = `fixing: ${event.title}`;
        break;
      }
      case 'fix-finished':
        keep(
          progressLine(
            marks.fix,
            running.get(event.step)?.title ?? event.step,
            untimed(fixWords(event)),
            names,
            current(),
          ),
        );
        break;
      case 'step-finished':
        waiting.delete(event.step);
        running.delete(event.step);
        ended.push({ id: event.step, outcome: event.outcome });
        for (const text of endLines(event, names, current(), cwd)) keep(text);
        break;
      case 'pass-finished':
        keep(`\n${renderSummary(event.summary, ended, event, current())}`);
        end();
        return;
    }
    // The frame exists only during the pass.
    if (!stage.running && total === 0) end();
  };
  return {
    event,
    pause,
    resume: () => {
      if (total > 0) resume();
    },
    notice: (text) => {
      notice = text;
      if (!stage.running) output.write(`${text}\n`);
    },
    end,
  };
}

const shown = (step: Running, at: number): RunningStep => {
  const unfinished = step.splitter.unfinished();
  return {
    title: step.title,
    ms: at - step.since,
    note: step.note,
    lines: unfinished ? [...step.lines, unfinished] : step.lines,
  };
};
