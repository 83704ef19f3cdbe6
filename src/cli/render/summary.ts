import { duration } from '../../base/shown-duration.ts';
import type { PassEvent, PassSummary, StepOutcome } from '../../model/outcome.ts';
import { cleanLine } from './text/clean.ts';
import { hyperlink } from './text/hyperlink.ts';
import { labeledText, type Page } from './text/page.ts';
import { shownPlace } from './text/source-line.ts';
import { pad, widthOf } from './text/width.ts';
import { passMarks, skipWords, summaryWords } from './text/words.ts';

type PassFinished = Extract<PassEvent, { type: 'pass-finished' }>;

/** A step and its outcome. */
export interface Ended {
  readonly id: string;
  readonly outcome: StepOutcome;
}

/** The last lines of a pass: its outcome, skipped steps with reasons, obstacles, how to continue. */
export function renderSummary(
  summary: PassSummary,
  ended: readonly Ended[],
  { next, endpoints = [] }: Pick<PassFinished, 'next' | 'endpoints'>,
  page: Page,
): string {
  const { paint } = page;
  const mark = passMarks[summary.outcome];
  const headline = `${paint.strong(paint[mark.tone](mark.word))}: ${headlineWords(summary)} in ${duration(summary.ms)}`;
  if (page.quiet) return headline;
  const rows = [...skippedRow(ended), ...stoppedRows(ended), ...(next ? [['next', next] as const] : [])];
  const offered = endpoints.map(({ name, target }) => [cleanLine(name), cleanLine(target)] as const);
  const width = Math.max(0, ...[...rows, ...offered].map(([label]) => widthOf(label)));
  return [
    headline,
    ...rows.map(([label, text]) => labeledText(`  ${label.padEnd(width)}  `, cleanLine(text), page)),
    ...offered.map(([name, target]) => `  ${pad(name, width)}  ${hyperlink(target, page)}`),
  ].join('\n');
}

function headlineWords(summary: PassSummary): string {
  const nothingToDo = summary.outcome === 'done' && summary.acted === 0 && summary.skipped > 0;
  return nothingToDo ? `nothing to do, ${summaryWords(summary)}` : summaryWords(summary);
}

function skippedRow(ended: readonly Ended[]): (readonly [string, string])[] {
  const counts = new Map<string, number>();
  for (const { outcome } of ended) {
    if (outcome.kind !== 'skipped' || outcome.reason === 'no-symptom') continue;
    const words = skipWords[outcome.reason];
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const parts = [...counts].map(([words, number]) => `${number} ${words}`);
  return parts.length ? [['skipped', parts.join(', ')]] : [];
}

function stoppedRows(ended: readonly Ended[]): (readonly [string, string])[] {
  return ended.flatMap(({ id, outcome }) => {
    if (outcome.kind !== 'failed' && outcome.kind !== 'person') return [];
    if (outcome.failure.kind === 'aborted') return [];
    return [[outcome.kind, `${id}  ${shownPlace(outcome.failure.place)}`] as const];
  });
}
