import { pluralize } from '../../../base/pluralize.ts';
import type { ActReason, PassSummary, SkipReason, StepOutcome } from '../../../model/outcome.ts';
import type { PlannedStep } from '../../../model/plan.ts';
import { cleanLine } from './clean.ts';
import type { Paint } from './paint.ts';

/** The presentation of a state: a stable word for pipes, a glyph on a terminal, a meaning for the color. */
export interface Mark {
  readonly word: string;
  readonly glyph: string;
  readonly tone: keyof Paint;
}

/** The first word of a progress line; scripts may depend on it (docs/cli.md). */
export const marks = {
  run: { word: 'run', glyph: '▸', tone: 'busy' },
  acted: { word: 'ok', glyph: '✓', tone: 'good' },
  skipped: { word: 'skip', glyph: '–', tone: 'faint' },
  failed: { word: 'fail', glyph: '✗', tone: 'bad' },
  stopped: { word: 'stop', glyph: '■', tone: 'warn' },
  person: { word: 'person', glyph: '?', tone: 'warn' },
  'not-reached': { word: 'later', glyph: '·', tone: 'faint' },
  fix: { word: 'fix', glyph: '+', tone: 'warn' },
  output: { word: 'out', glyph: '│', tone: 'faint' },
  check: { word: 'check', glyph: '│', tone: 'faint' },
} as const satisfies Record<string, Mark>;

/** Width of the first column of progress lines, that of the longest word. */
export const MARK_WIDTH = 6;

export const actWords: Readonly<Record<ActReason, string>> = {
  new: 'new here',
  edited: 'edited since',
  'inputs-changed': 'an input changed',
  'failed-before': 'failed last time',
  interrupted: 'interrupted last time',
  'needs-acted': 'what it needs has acted',
  drifted: 'drifted',
  forced: 'forced',
  'state-needed': 'its exports are needed again',
  obstacle: 'its obstacle is present',
};

export const skipWords: Readonly<Record<SkipReason, string>> = {
  confirmed: 'confirmed before',
  found: 'found so',
  'not-applicable': 'not applicable',
  'not-selected': 'not selected',
  'no-symptom': 'no symptom',
  declined: 'declined',
};

/** The outcome of a step in one line. */
export function outcomeWords(outcome: StepOutcome): string {
  switch (outcome.kind) {
    case 'acted':
      return outcome.fixes.length > 0 ? `acted, with ${fixes(outcome.fixes.length)}` : 'acted';
    case 'skipped': {
      const detail = cleanLine(outcome.detail);
      return detail ? `${skipWords[outcome.reason]}: ${detail}` : skipWords[outcome.reason];
    }
    case 'failed':
    case 'person':
      return cleanLine(outcome.failure.message);
    case 'not-reached':
      return cleanLine(outcome.because);
  }
}

/** The duration of a step in milliseconds; undefined if it was not reached. */
export const timeOf = (outcome: StepOutcome): number | undefined =>
  outcome.kind === 'not-reached' ? undefined : outcome.ms;

/** `3 acted, 2 skipped, 1 failed`, without zeros. */
export function summaryWords(summary: PassSummary): string {
  const parts: string[] = [];
  const add = (number: number, words: string) => number > 0 && parts.push(`${number} ${words}`);
  add(summary.acted, 'acted');
  add(summary.skipped, 'skipped');
  add(summary.failed, 'failed');
  add(summary.interrupted ?? 0, 'stopped in the middle');
  add(summary.person, needWords(summary.person));
  add(summary.notReached, 'not reached');
  if (summary.fixes > 0) parts.push(`${fixes(summary.fixes)} applied`);
  return parts.length ? parts.join(', ') : 'no steps';
}

/** Follows a number of steps or boxes. */
export const needWords = (number: number): string => (number === 1 ? 'needs a person' : 'need a person');

const fixes = (number: number): string => pluralize(number, 'fix', 'fixes');

/** The outcome of a pass, for its last lines. */
export const passMarks: Readonly<Record<PassSummary['outcome'], { word: string; tone: keyof Paint }>> = {
  done: { word: 'done', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  person: { word: 'a person is needed', tone: 'warn' },
  aborted: { word: 'stopped', tone: 'warn' },
};

/** Why a planned step would act or be skipped, or cannot be predicted. */
export function planWords(step: PlannedStep): string {
  const { reason } = step;
  // Their detail is sufficient.
  if (reason === 'shell-checks' || reason === 'unknown-verdict') return '';
  return reason in actWords ? actWords[reason as ActReason] : skipWords[reason as SkipReason];
}
