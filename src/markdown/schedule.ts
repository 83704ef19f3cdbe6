import type { ScheduledTask, Step } from '../model/runbook.ts';
import { readCalendar } from '../schedule/calendar.ts';
import { readTask } from '../schedule/task.ts';
import type { CodeReader } from './action-fence.ts';
import { cellCode, cellText, type Row, readTables } from './commonmark/tables.ts';
import { slugOf } from './record/slug.ts';
import type { Chapter } from './sections.ts';

/**
 * Parses the rows of a Schedule table: What, When, Tell, and Name if two rows do the same. Other tables are prose. What
 * cannot be read is a warning, because released documents may use such a section for something else.
 */
export function readSchedule(
  reader: CodeReader,
  { blocks }: Chapter,
  steps: readonly Step[],
): ScheduledTask[] {
  const ids = steps.map(({ id }) => id);
  const found: ScheduledTask[] = [];
  for (const { columns, rows } of readTables(reader.source, blocks)) {
    if (!columns.includes('what') || !columns.includes('when')) continue;
    for (const row of rows) {
      const task = readRow(reader, row, ids);
      if (task && isNew(reader, task, found, row)) found.push(task);
    }
  }
  return found;
}

function readRow(
  { source, report }: CodeReader,
  { cells, start }: Row,
  ids: string[],
): ScheduledTask | undefined {
  const [what, when] = [cells.get('what'), cells.get('when')];
  const whatText = cellCode(what) ?? cellText(what);
  // Not as emphasis: `*-*-01` without backticks means what it says.
  const whenText = cellCode(when) ?? when?.markdown.replaceAll('\\*', '*') ?? '';
  const read = readTask(whatText, ids);
  if ('problem' in read) {
    const message = `The column What must contain a verb, a step or another document. \`${whatText}\` cannot be scheduled: ${read.problem}.`;
    const remedy =
      "Write for example `drift`, `replay --dry-run`, `facts`, `verify`, a step's id, or `other.md`.";
    report.warning('bad-schedule', what?.span.start ?? start, message, remedy);
    return undefined;
  }
  const calendar = readCalendar(whenText);
  if ('problem' in calendar) {
    const message = `The column When must contain a calendar expression. \`${whenText}\` is not one: ${calendar.problem}.`;
    const remedy =
      'Write hourly, daily, weekly, monthly, or an expression such as `Mon..Fri 07:30` or `*-*-01 04:00`.';
    report.warning('bad-schedule', when?.span.start ?? start, message, remedy);
    return undefined;
  }
  const tell = cellText(cells.get('tell'))
    .split(/[,\s]+/)
    .filter((name) => name !== '');
  const name = unitSlug(cellText(cells.get('name')) || whatText.replace(/\.(?:md|markdown)$/i, ''));
  return {
    name,
    what: whatText,
    ...read.task,
    when: calendar.calendar.text,
    tell,
    place: source.placeAt(start),
  };
}

/** Fits the names of units and Kubernetes objects. */
function unitSlug(text: string): string {
  const slug = slugOf(text).replace(/[^a-z0-9]+/g, '-');
  return slug.replace(/^-+|-+$/g, '').slice(0, 40) || 'schedule';
}

/** Units and messages are named after the row, so a name must be unique. */
function isNew(
  { report }: CodeReader,
  task: ScheduledTask,
  others: readonly ScheduledTask[],
  row: Row,
): boolean {
  const other = others.find(({ name }) => name === task.name);
  if (!other) return true;
  const message = `A schedule must have its own name. \`${task.name}\` is also the name of the row at line ${other.place.line}.`;
  report.warning('bad-schedule', row.start, message, 'Add a column Name.');
  return false;
}
