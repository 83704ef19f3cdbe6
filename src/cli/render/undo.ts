import type { UndoReport } from '../../model/report.ts';
import { cleanLine } from './clean.ts';
import { duration } from './duration.ts';
import { renderFailure } from './failure.ts';
import { type Cell, count, type Page, table } from './page.ts';

/** `runbook undo`: what was taken back, in that order, what could not be, and where it stopped. */
export function renderUndo(report: UndoReport, page: Page, cwd: string): string {
  const { paint } = page;
  const rows = [
    ...report.undone.map(({ id, title, ms }): Cell[] => [
      { text: 'undone', paint: paint.good },
      cleanLine(id),
      duration(ms).padStart(6),
      cleanLine(title),
    ]),
    ...report.withoutUndo.map((id): Cell[] => [
      { text: 'stays', paint: paint.warn },
      cleanLine(id),
      '',
      'it has no Undo',
    ]),
    ...(report.failed
      ? [
          [
            { text: 'fail', paint: paint.bad },
            cleanLine(report.failed.id),
            '',
            cleanLine(report.failed.message),
          ] as Cell[],
        ]
      : []),
  ];
  const last = report.failed
    ? `${paint.strong(paint.bad('stopped'))}: ${count(report.undone.length, 'step')} undone; the same command goes on`
    : `${paint.strong(paint.good('done'))}: ${count(report.undone.length, 'step')} undone on ${cleanLine(report.box)}`;
  const block = report.failed
    ? `\n${renderFailure({ ...report.failed, checks: [], knownProblems: [] }, page, cwd, !page.quiet)}\n`
    : '';
  return [page.quiet ? '' : table(rows, page), block, last].filter((text) => text !== '').join('\n');
}
