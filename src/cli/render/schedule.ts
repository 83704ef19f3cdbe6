import { pluralize } from '../../base/pluralize.ts';
import type {
  ScheduleChangeReport,
  ScheduleListReport,
  ScheduleRow,
  ScheduleRunReport,
  ScheduleState,
} from '../../model/reports/schedule-report.ts';
import { clean, cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';
import type { Paint } from './text/paint.ts';

const tones: Readonly<Record<ScheduleState, keyof Paint>> = {
  ok: 'good',
  different: 'warn',
  failed: 'bad',
  person: 'warn',
};

/** `schedule list`: one line for each row of the document. */
export function renderScheduleList({ file, tasks }: ScheduleListReport, page: Page): string {
  if (tasks.length === 0) return `${cleanLine(file)} schedules nothing; add a section Schedule`;
  return table(
    tasks.map((task) => row(task, page)),
    page,
    0,
  );
}

function row({ name, what, when, installed, last, next, late }: ScheduleRow, page: Page): Cell[] {
  const { paint } = page;
  const where = installed.length > 0 ? installed.join(', ') : 'not installed';
  const ran = last ? `${last.state} ${minute(last.at)}` : 'never ran';
  return [
    cleanLine(name),
    cleanLine(what),
    cleanLine(when),
    { text: where, paint: installed.length > 0 ? paint.good : paint.faint },
    {
      text: late ? `late: ${ran}` : ran,
      paint: late ? paint.bad : last ? paint[tones[last.state]] : paint.faint,
    },
    next !== undefined && installed.length > 0 ? `next ${minute(next)}` : '',
  ];
}

/** `schedule install` and `schedule remove`. */
export function renderScheduleChange({ did, items, text, notes }: ScheduleChangeReport, page: Page): string {
  const done =
    items.length === 0 && did === 'removed'
      ? 'nothing to remove'
      : `${did} ${pluralize(items.length, 'item')}`;
  const lines =
    did === 'printed'
      ? [clean(text ?? '').trimEnd()]
      : [...items.map((item) => `  ${cleanLine(item)}`), done];
  return [...lines, ...notes.map((note) => page.paint.warn(cleanLine(note)))].join('\n');
}

/** `schedule run`: for the journal of systemd, or the mail of cron. */
export function renderScheduleRun(report: ScheduleRunReport, page: Page): string {
  const { paint } = page;
  const { name, what, state, details, since, changed, notified, next } = report;
  const word = paint[tones[state]](state);
  const ago = changed ? '' : `, since ${minute(since)}`;
  return [
    `${cleanLine(name)} (${cleanLine(what)}): ${word}${ago}`,
    ...details.map((detail) => `  ${cleanLine(detail)}`),
    ...(notified.length > 0 ? [`  reported to ${notified.map(cleanLine).join(', ')}`] : []),
    ...(next === '' ? [] : [`next: ${cleanLine(next)}`]),
  ].join('\n');
}

const minute = (at: string) => `${at.slice(0, 16).replace('T', ' ')} UTC`;
