import { pluralize } from '../../../base/pluralize.ts';
import { duration } from '../../../base/shown-duration.ts';
import type { RunEvent } from '../../../model/outcome.ts';
import { renderFailure } from '../failure.ts';
import { cleanLine } from '../text/clean.ts';
import type { Page } from '../text/page.ts';
import { pad, truncate, widthOf } from '../text/width.ts';
import { MARK_WIDTH, type Mark, marks, outcomeWords, timeOf } from '../text/words.ts';

type PassStarted = Extract<RunEvent, { type: 'pass-started' }>;
type StepFinished = Extract<RunEvent, { type: 'step-finished' }>;
type FixStarted = Extract<RunEvent, { type: 'fix-started' }>;
type FixFinished = Extract<RunEvent, { type: 'fix-finished' }>;

/** Maximum width of the name column. Longer names are truncated on a terminal; in a pipe they shift their own line. */
const NAME_LIMIT = 40;
const TIME_WIDTH = 6;

/** The name of a step: its title on a terminal, its id otherwise. */
const nameOf = (step: { readonly id: string; readonly title: string }, page: Page): string =>
  cleanLine(page.terminal ? step.title : step.id);

/** Width of the name column for the steps of a pass. */
export function nameWidth(steps: PassStarted['steps'], page: Page): number {
  const limit = page.width === undefined ? NAME_LIMIT : Math.min(NAME_LIMIT, Math.floor(page.width / 2) - 8);
  const names = steps.filter((step) => step.kind === 'step').map((step) => widthOf(nameOf(step, page)));
  return Math.max(0, Math.min(limit, Math.max(0, ...names)));
}

/** `Argo on k3s, box local: 12 steps`. */
export function passTitle(event: PassStarted, page: Page): string {
  const steps = event.steps.filter((step) => step.kind === 'step').length;
  const resumed = event.resumed ? ', continuing the last pass' : '';
  return `${page.paint.strong(cleanLine(event.name))} on ${cleanLine(event.box)}: ${pluralize(steps, 'step')}${resumed}`;
}

/** The line about the end of a step, with details if it stopped the pass. Empty if it is not worth reporting. */
export function endLines(event: StepFinished, width: number, page: Page, cwd: string): string[] {
  const { outcome } = event;
  const stopped = outcome.kind === 'failed' || outcome.kind === 'person';
  if (page.quiet && !stopped) return [];
  // A problem that was not needed is not reported.
  if (outcome.kind === 'skipped' && outcome.reason === 'no-symptom' && !page.verbose) return [];
  const ms = timeOf(outcome);
  const time = (ms === undefined ? '' : duration(ms)).padStart(TIME_WIDTH);
  const name = nameOf({ id: event.step, title: event.title }, page);
  const wasStopped = stopped && outcome.failure.kind === 'aborted';
  const mark = wasStopped ? marks.stopped : marks[outcome.kind];
  const line = progressLine(mark, name, `${time}  ${outcomeWords(outcome)}`, width, page);
  // A step that the person stopped needs no explanation.
  if (!stopped || wasStopped) return [line];
  const messageShown = line.endsWith(cleanLine(outcome.failure.message));
  return [line, '', renderFailure(outcome.failure, page, cwd, messageShown), ''];
}

/** Aligns text with lines that show a duration. */
export const untimed = (text: string): string => `${' '.repeat(TIME_WIDTH)}  ${text}`;

/** The name of a fix that starts. */
export const fixTitle = (event: FixStarted): string => `${event.problem}: ${cleanLine(event.title)}`;

/** The result of a fix. */
export const fixWords = (event: FixFinished): string =>
  `${event.problem}: ${event.cleared ? 'cleared' : 'not cleared'}${event.message ? `, ${cleanLine(event.message)}` : ''}`;

/** One progress line: a word, the name, the text. On a terminal with a glyph and limited to its width. */
export function progressLine(mark: Mark, name: string, text: string, width: number, page: Page): string {
  const shown = pad(page.terminal ? truncate(cleanLine(name), width) : cleanLine(name), width);
  const word = mark.word.padEnd(MARK_WIDTH);
  const start = page.terminal ? `${mark.glyph} ${word}` : word;
  const used = widthOf(start) + widthOf(shown) + 3;
  const rest = page.width === undefined ? text : truncate(text, Math.max(0, page.width - used));
  return `${page.paint[mark.tone](start)} ${shown}  ${rest}`.trimEnd();
}
