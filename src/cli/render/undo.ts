import { pluralize } from '../../base/pluralize.ts';
import type { UndoReport } from '../../model/reports/report.ts';
import { renderFailure } from './failure.ts';
import { cleanLine } from './text/clean.ts';
import { duration } from './text/duration.ts';
import { type Cell, type Page, table } from './text/page.ts';

/** `runbook undo`: what was undone, in that order, what could not be, and where it stopped. */
export function renderUndo(
  { undone, withoutUndo, failed, box }: UndoReport,
  page: Page,
  cwd: string,
): string {
  const { paint } = page;
  const rows = page.quiet ? [] : [...undone.map(undoneRow(page)), ...withoutUndo.map(staysRow(page))];
  if (failed) rows.push(failedRow(failed, page));
  const steps = pluralize(undone.length, 'step');
  return [
    ...(rows.length > 0 ? [table(rows, page)] : []),
    ...(failed ? ['', renderFailure({ ...failed, checks: [], knownProblems: [] }, page, cwd, true), ''] : []),
    failed
      ? `${paint.strong(paint.bad('stopped'))}: ${steps} undone; the same command continues`
      : `${paint.strong(paint.good('done'))}: ${steps} undone on ${cleanLine(box)}`,
  ].join('\n');
}

const undoneRow =
  ({ paint }: Page) =>
  ({ id, title, ms }: UndoReport['undone'][number]): Cell[] => [
    { text: 'undone', paint: paint.good },
    cleanLine(id),
    duration(ms).padStart(6),
    cleanLine(title),
  ];

const staysRow =
  ({ paint }: Page) =>
  (id: string): Cell[] => [{ text: 'stays', paint: paint.warn }, cleanLine(id), '', 'it has no Undo'];

const failedRow = ({ id, message }: NonNullable<UndoReport['failed']>, { paint }: Page): Cell[] => [
  { text: 'fail', paint: paint.bad },
  cleanLine(id),
  '',
  cleanLine(message),
];
