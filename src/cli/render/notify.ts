import { pluralize } from '../../base/pluralize.ts';
import type { NotifyTestReport } from '../../model/reports/schedule-report.ts';
import { cleanLine } from './text/clean.ts';
import { type Page, table } from './text/page.ts';

/** `notify test`: one line for each target. */
export function renderNotifyTest({ targets }: NotifyTestReport, page: Page): string {
  const rows = targets.map(({ name, type, failure }) => [
    failure === undefined
      ? { text: 'sent', paint: page.paint.good }
      : { text: 'failed', paint: page.paint.bad },
    cleanLine(name),
    type,
    cleanLine(failure ?? ''),
  ]);
  return table(rows, page, 0);
}

/** `notify deliver`. */
export function renderDelivered(result: {
  readonly delivered: number;
  readonly waiting: number;
  readonly dropped: readonly string[];
}): string {
  const { delivered, waiting, dropped } = result;
  return [
    `${pluralize(delivered, 'message')} delivered, ${waiting} waiting, ${dropped.length} given up`,
    ...dropped.map((each) => `  ${cleanLine(each)}`),
  ].join('\n');
}
