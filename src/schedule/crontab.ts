import { shellQuote } from '../base/shell-quote.ts';
import { readCalendar } from './calendar.ts';
import { cronFields } from './cron-fields.ts';
import { commandWords, type ScheduledCommand, scheduleUnitName } from './scheduled-command.ts';

/** A line of a crontab, or why cron cannot run the task. */
export function cronLine(
  command: ScheduledCommand,
): { readonly line: string } | { readonly problem: string } {
  const read = readCalendar(command.task.when);
  if ('problem' in read) return read;
  if (read.calendar.zone !== undefined) return { problem: 'cron runs in the time zone of the box' };
  const cron = cronFields(read.calendar);
  if ('problem' in cron) return cron;
  const variables = Object.entries(command.env).map(([name, value]) => `${name}=${shellQuote(value)}`);
  // cron turns an unescaped percent sign into a line end.
  const words = [...variables, ...commandWords(command).map(shellQuote)].join(' ').replaceAll('%', '\\%');
  return { line: `${cron.fields} ${words} # ${scheduleUnitName(command)}` };
}

/** The crontab with these lines in the place of the document's earlier ones. Other lines keep their bytes. */
export function withCronLines(crontab: string, key: string, lines: readonly string[]): string {
  const own = new RegExp(`# runbook-${key}-[^ ]+$`);
  const others = crontab.split('\n').filter((line) => !own.test(line));
  const before = others.join('\n').replace(/\n*$/, '');
  return [...(before === '' ? [] : [before]), ...lines].map((line) => `${line}\n`).join('');
}

/** The document's lines in a crontab. */
export function ownCronLines(crontab: string, key: string): string[] {
  const own = new RegExp(`# runbook-${key}-[^ ]+$`);
  return crontab.split('\n').filter((line) => own.test(line));
}
