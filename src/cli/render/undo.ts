import type { UndoReport } from '../../model/report.ts';
import { clean, cleanLine } from './clean.ts';
import { duration } from './duration.ts';
import { type Cell, count, type Page, table } from './page.ts';

/** `runbook undo`: what was taken back, in that order, what could not be, and where it stopped. */
export function renderUndo(report: UndoReport, page: Page): string {
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
  const tail = report.failed ? clean(report.failed.outputTail).trimEnd() : '';
  const output = tail
    ? tail
        .split('\n')
        .map((line) => `      ${paint.faint('|')} ${line}`)
        .join('\n')
    : '';
  const last = report.failed
    ? `${paint.strong(paint.bad('stopped'))}: ${count(report.undone.length, 'step')} undone; the same command goes on`
    : `${paint.strong(paint.good('done'))}: ${count(report.undone.length, 'step')} undone on ${cleanLine(report.box)}`;
  return [page.quiet ? '' : table(rows, page), output, last].filter((text) => text !== '').join('\n');
}
