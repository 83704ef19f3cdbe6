import type { RunEvent } from '../../../model/outcome.ts';
import { renderDiagnostic } from '../diagnostic.ts';
import { checkLines } from '../failure.ts';
import { type Ended, renderSummary } from '../summary.ts';
import { type LineSplitter, lineSplitter } from '../text/line-splitter.ts';
import type { Page } from '../text/page.ts';
import { actWords, type Mark, marks } from '../text/words.ts';
import type { Progress } from './progress.ts';
import {
  endLines,
  fixTitle,
  fixWords,
  nameWidth,
  passTitle,
  progressLine,
  untimed,
} from './progress-lines.ts';

export interface PlainProgress {
  readonly page: Page;
  /** Base of relative places. */
  readonly cwd: string;
  readonly write: (text: string) => void;
  /** For messages that are not progress: stderr. */
  readonly aside: (text: string) => void;
}

/**
 * The progress of a pass as plain lines: a word, the step's id, the details. For pipes and logs, for `--quiet` and
 * `--verbose`; the live display prints the same lines for finished steps.
 */
export function plainProgress({ page, cwd, write, aside }: PlainProgress): Progress {
  const ended: Ended[] = [];
  const titles = new Map<string, string>();
  const output = new Map<string, LineSplitter>();
  let width = 0;

  const say = (text: string) => write(`${text}\n`);
  const line = (mark: Mark, id: string, text: string) =>
    say(progressLine(mark, page.terminal ? (titles.get(id) ?? id) : id, text, width, page));
  const splitter = (step: string) => {
    const known = output.get(step) ?? lineSplitter();
    output.set(step, known);
    return known;
  };

  const event = (event: RunEvent): void => {
    switch (event.type) {
      case 'pass-started':
        // One command may run several passes.
        ended.length = 0;
        width = nameWidth(event.steps, page);
        for (const step of event.steps) titles.set(step.id, step.title);
        if (!page.quiet) say(passTitle(event, page));
        return;
      case 'diagnostic':
        if (!page.quiet || event.diagnostic.severity === 'error')
          say(renderDiagnostic(event.diagnostic, page, cwd));
        return;
      case 'step-started':
        if (!page.quiet) line(marks.run, event.step, untimed(actWords[event.reason]));
        return;
      case 'output':
        if (!page.verbose) return;
        for (const text of splitter(event.step).push(event.text)) line(marks.output, event.step, text);
        return;
      case 'check':
        if (!page.verbose) return;
        for (const text of checkLines(event.result, page)) line(marks.check, event.step, text);
        return;
      case 'fix-started':
        if (!page.quiet) line(marks.fix, event.step, untimed(fixTitle(event)));
        return;
      case 'fix-finished':
        if (!page.quiet) line(marks.fix, event.step, untimed(fixWords(event)));
        return;
      case 'step-finished': {
        for (const text of output.get(event.step)?.end() ?? []) line(marks.output, event.step, text);
        output.delete(event.step);
        ended.push({ id: event.step, outcome: event.outcome });
        for (const text of endLines(event, width, page, cwd)) say(text);
        return;
      }
      case 'pass-finished':
        say(renderSummary(event.summary, ended, event, page));
    }
  };
  return { event, pause() {}, resume() {}, notice: (text) => aside(`${text}\n`), end() {} };
}
