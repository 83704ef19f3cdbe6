import { pluralize } from '../../base/pluralize.ts';
import { duration } from '../../base/shown-duration.ts';
import type { UndoReport } from '../../model/reports/report.ts';
import { renderFailure } from './failure.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

/** `runbook undo`: what was undone, in that order, what could not be, and where it stopped. */
export function renderUndo(report: UndoReport, page: Page, cwd: string): string {
  if (report.would) return renderWould(report.would, report, page);
  const { undone, withoutUndo, failed, box } = report;
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

/** `--dry-run`: each step, and below it what its Undo would do. */
function renderWould(
  would: NonNullable<UndoReport['would']>,
  { withoutUndo, box }: UndoReport,
  page: Page,
): string {
  const faint = (text: string): Cell => ({ text, paint: page.paint.faint });
  const rows = would.flatMap(({ id, title, recorded, actions, processes, objects }): Cell[][] => [
    [{ text: 'undo', paint: page.paint.strong }, cleanLine(id), cleanLine(title)],
    ...actions.map((action): Cell[] => ['', '', faint(cleanLine(action))]),
    ...(recorded && actions.length > 0
      ? [['', '', faint('recorded when it ran; the document no longer has it')] as Cell[]]
      : []),
    ...(processes > 0
      ? [['', '', faint(`ends ${pluralize(processes, 'process', 'processes')}`)] as Cell[]]
      : []),
    ...(objects > 0
      ? [['', '', faint(`deletes ${pluralize(objects, 'object')} in a cluster`)] as Cell[]]
      : []),
  ]);
  const stays = withoutUndo.map((id): Cell[] => [
    { text: 'stays', paint: page.paint.warn },
    cleanLine(id),
    'it has no Undo',
  ]);
  const all = [...rows, ...stays];
  const total = `${page.paint.strong('would')}: undo ${pluralize(would.length, 'step')} on ${cleanLine(box)}; nothing was run`;
  return [...(all.length > 0 && !page.quiet ? [table(all, page), ''] : []), total].join('\n');
}
