import type { RunEvent } from '../../model/outcome.ts';
import { cleanLine } from './clean.ts';
import { renderDiagnostic } from './diagnostic.ts';
import { duration } from './duration.ts';
import { checkLines, renderFailure } from './failure.ts';
import { type LineSplitter, lineSplitter } from './line-splitter.ts';
import { count, type Page } from './page.ts';
import type { Story } from './story.ts';
import { type Ended, renderSummary } from './summary.ts';
import { pad, truncate, widthOf } from './width.ts';
import { actWords, MARK_WIDTH, type Mark, marks, outcomeWords, timeOf } from './words.ts';

/** Widest column for names; on a terminal longer ones are cut, in a pipe they push their own line. */
const NAME_LIMIT = 40;
const TIME_WIDTH = 6;

export interface PlainStory {
  readonly page: Page;
  /** Where relative places are read from. */
  readonly cwd: string;
  readonly write: (text: string) => void;
  /** For what is no part of the story: stderr. */
  readonly aside: (text: string) => void;
}

/**
 * A pass as plain lines: a word, the step's id, then what there is to say. For pipes and logs, for `--quiet` and
 * `--verbose`; the live story prints the same lines for what has ended.
 */
export function plainStory({ page, cwd, write, aside }: PlainStory): Story {
  const ended: Ended[] = [];
  const titles = new Map<string, string>();
  const output = new Map<string, LineSplitter>();
  let width = 0;

  const say = (text: string) => write(`${text}\n`);
  const line = (mark: Mark, id: string, text: string) =>
    say(storyLine(mark, page.terminal ? (titles.get(id) ?? id) : id, text, width, page));
  const splitter = (step: string) => {
    const known = output.get(step) ?? lineSplitter();
    output.set(step, known);
    return known;
  };

  const event = (event: RunEvent): void => {
    switch (event.type) {
      case 'pass-started':
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
        say(renderSummary(event.summary, ended, event.next, page));
    }
  };
  return { event, pause() {}, resume() {}, notice: (text) => aside(`${text}\n`), end() {} };
}

/** What a step is called: by its title where somebody looks, by its id where a program reads. */
const nameOf = (step: { readonly id: string; readonly title: string }, page: Page): string =>
  cleanLine(page.terminal ? step.title : step.id);

/** Width of the name column for the steps of a pass. */
export function nameWidth(
  steps: readonly { readonly id: string; readonly title: string }[],
  page: Page,
): number {
  const limit = page.width === undefined ? NAME_LIMIT : Math.min(NAME_LIMIT, Math.floor(page.width / 2) - 8);
  return Math.min(limit, Math.max(0, ...steps.map((step) => widthOf(nameOf(step, page)))));
}

/** `Argo on k3s, box local: 12 steps`. */
export function passTitle(event: Extract<RunEvent, { type: 'pass-started' }>, page: Page): string {
  const steps = event.steps.filter((step) => step.kind === 'step').length;
  const resumed = event.resumed ? ', going on from the last pass' : '';
  return `${page.paint.strong(cleanLine(event.name))} on ${cleanLine(event.box)}: ${count(steps, 'step')}${resumed}`;
}

/** The line that says how a step ended, and the block below it where it stopped the pass. Nothing, if nobody needs to know. */
export function endLines(
  event: Extract<RunEvent, { type: 'step-finished' }>,
  width: number,
  page: Page,
  cwd: string,
): string[] {
  const { outcome } = event;
  const stopped = outcome.kind === 'failed' || outcome.kind === 'person';
  if (page.quiet && !stopped) return [];
  // A problem that nothing called for is no news.
  if (outcome.kind === 'skipped' && outcome.reason === 'no-symptom' && !page.verbose) return [];
  const ms = timeOf(outcome);
  const time = (ms === undefined ? '' : duration(ms)).padStart(TIME_WIDTH);
  const name = nameOf({ id: event.step, title: event.title }, page);
  const line = storyLine(marks[outcome.kind], name, `${time}  ${outcomeWords(outcome)}`, width, page);
  // What the person stopped needs no explanation.
  const explained = stopped && outcome.failure.kind !== 'aborted';
  return explained ? [line, '', renderFailure(outcome.failure, page, cwd), ''] : [line];
}

/** Text that stands where others say how long something took. */
export const untimed = (text: string): string => `${' '.repeat(TIME_WIDTH)}  ${text}`;

const fixTitle = (event: Extract<RunEvent, { type: 'fix-started' }>): string =>
  `${event.problem}: ${cleanLine(event.title)}`;

/** What became of a fix. */
export const fixWords = (event: Extract<RunEvent, { type: 'fix-finished' }>): string =>
  `${event.problem}: ${event.cleared ? 'cleared' : 'not cleared'}${event.message ? `, ${cleanLine(event.message)}` : ''}`;

/** One line of the story: a word, the name, the text; where somebody looks with a glyph, and not wider than the terminal. */
export function storyLine(mark: Mark, name: string, text: string, width: number, page: Page): string {
  const shown = pad(page.terminal ? truncate(cleanLine(name), width) : cleanLine(name), width);
  const word = mark.word.padEnd(MARK_WIDTH);
  const start = page.terminal ? `${mark.glyph} ${word}` : word;
  const used = widthOf(start) + widthOf(shown) + 3;
  const rest = page.width === undefined ? text : truncate(text, Math.max(0, page.width - used));
  return `${page.paint[mark.tone](start)} ${shown}  ${rest}`.trimEnd();
}
