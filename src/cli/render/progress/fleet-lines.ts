import { pluralize } from '../../../base/pluralize.ts';
import { duration } from '../../../base/shown-duration.ts';
import type { BoxOutcome, FleetSummary, RunEvent, StepOutcome } from '../../../model/outcome.ts';
import { renderDiagnostic } from '../diagnostic.ts';
import { renderFailure } from '../failure.ts';
import { cleanLine } from '../text/clean.ts';
import { labeledText, type Page, table } from '../text/page.ts';
import { widthOf } from '../text/width.ts';
import { type Mark, marks, needWords, outcomeWords, passMarks, timeOf } from '../text/words.ts';
import type { FleetState } from './fleet-state.ts';
import { progressLine } from './progress-lines.ts';

const NAME_LIMIT = 40;
/** With more boxes than this, boxes with equal results share a row. */
const MAX_ROWS = 12;

const boxMarks: Readonly<Record<BoxOutcome, Mark>> = {
  done: marks.acted,
  failed: marks.failed,
  person: marks.person,
  refused: marks.person,
  aborted: marks['not-reached'],
  'not-started': marks['not-reached'],
};

/** One letter per step, for the matrix. */
const letters: Readonly<Record<StepOutcome['kind'], string>> = {
  acted: '+',
  skipped: '-',
  failed: 'x',
  person: '?',
  'not-reached': '.',
};

/** Width of the name column. */
export const fleetWidth = (targets: readonly string[]): number =>
  Math.min(NAME_LIMIT, Math.max(0, ...targets.map((name) => widthOf(cleanLine(name)))));

/** The permanent lines of an event: those of boxes; with --verbose also those of their steps. */
export function fleetLines(event: RunEvent, width: number, page: Page, cwd: string): string[] {
  switch (event.type) {
    case 'fleet-started': {
      const boxes = boxCount(event.targets.length);
      const canary = event.canary > 0 ? `, ${event.canary} first` : '';
      return page.quiet
        ? []
        : [
            `${page.paint.strong(cleanLine(event.name))} on ${boxes}: ${pluralize(event.steps, 'step')}, ${event.forks} at once${canary}`,
          ];
    }
    case 'diagnostic': {
      if (event.diagnostic.severity !== 'error' && !page.verbose) return [];
      const lines = renderDiagnostic(event.diagnostic, page, cwd).split('\n');
      return event.target === undefined
        ? lines
        : [`${cleanLine(event.target)}: ${lines[0]}`, ...lines.slice(1)];
    }
    case 'step-finished':
      return stepLines(event, page, cwd, width);
    case 'box-started':
      return page.quiet || page.terminal ? [] : [progressLine(marks.run, event.target, '', width, page)];
    case 'box-finished': {
      if (page.quiet && event.outcome === 'done') return [];
      const text = `${duration(event.ms).padStart(6)}  ${cleanLine(event.message)}`;
      return [progressLine(boxMarks[event.outcome], event.target, text, width, page)];
    }
    default:
      return [];
  }
}

/** Shows at once and in full what stopped a box. Successful steps are shown only with --verbose. */
function stepLines(
  { target = '', step, outcome }: Extract<RunEvent, { type: 'step-finished' }>,
  page: Page,
  cwd: string,
  width: number,
): string[] {
  const stopped = outcome.kind === 'failed' || outcome.kind === 'person';
  if (stopped && outcome.failure.kind !== 'aborted')
    return [
      progressLine(marks[outcome.kind], target, step, width, page),
      '',
      renderFailure(outcome.failure, page, cwd),
      '',
    ];
  if (!page.verbose) return [];
  const ms = timeOf(outcome);
  const time = (ms === undefined ? '' : duration(ms)).padStart(6);
  return [
    progressLine(marks[outcome.kind], target, `${time}  ${step}  ${outcomeWords(outcome)}`, width, page),
  ];
}

/** The last lines: a letter for each step of each box, the totals, and how to continue. */
export function fleetEnd(summary: FleetSummary, next: string, state: FleetState, page: Page): string {
  const mark = passMarks[summary.outcome];
  const head = `${page.paint.strong(page.paint[mark.tone](mark.word))}: ${totals(summary)} in ${duration(summary.ms)}`;
  if (page.quiet) return head;
  return [
    ...matrix(state, page),
    head,
    ...(summary.because ? [labeledText('  not started  ', cleanLine(summary.because), page)] : []),
    ...(next ? [labeledText('  next         ', cleanLine(next), page)] : []),
  ].join('\n');
}

function matrix(state: FleetState, page: Page): string[] {
  const ways = new Map<string, string[]>();
  for (const target of state.targets) {
    const way =
      (state.ends.get(target) ?? []).map((kind) => letters[kind]).join('') || boxWord(state, target);
    ways.set(way, [...(ways.get(way) ?? []), target]);
  }
  const together = state.targets.length > MAX_ROWS;
  const rows = together
    ? [...ways].map(([way, targets]) => [targets.length === 1 ? targets[0]! : boxCount(targets.length), way])
    : state.targets.map((target) => [target, [...ways].find(([, targets]) => targets.includes(target))![0]]);
  return [
    '',
    table(
      rows.map(([name, way]) => [cleanLine(name!), way!]),
      page,
    ),
    page.paint.faint(LEGEND),
    '',
  ];
}

const boxCount = (number: number) => pluralize(number, 'box', 'boxes');

const LEGEND = '  + acted  - skipped  x failed  ? a person is needed  . not reached';

const boxWord = (state: FleetState, target: string): string =>
  state.outcomes.get(target)?.replace('-', ' ') ?? 'not started';

function totals({ boxes }: FleetSummary): string {
  const words = [
    [boxes.done, 'done'],
    [boxes.failed, 'failed'],
    [boxes.person, needWords(boxes.person)],
    [boxes.refused, 'refused'],
    [boxes.aborted, 'stopped'],
    [boxes['not-started'], 'not started'],
  ] as const;
  return (
    words
      .filter(([number]) => number > 0)
      .map(([number, word]) => `${number} ${word}`)
      .join(', ') || 'no boxes'
  );
}
