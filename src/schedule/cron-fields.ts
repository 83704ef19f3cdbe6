import type { Calendar } from './calendar.ts';

/** The five fields of cron, or why cron cannot express the calendar. */
export function cronFields(calendar: Calendar): { readonly fields: string } | { readonly problem: string } {
  const problem = whyNot(calendar);
  if (problem !== undefined) return { problem };
  const { minutes, hours, days, months, weekdays } = calendar;
  return { fields: [minutes, hours, days, months, weekdays].map(field).join(' ') };
}

function whyNot({ seconds, years, daysFromEnd, days, weekdays }: Calendar): string | undefined {
  if (seconds?.size !== 1 || !seconds.has(0)) return 'cron starts jobs only at full minutes';
  if (years) return 'cron knows no years';
  if (daysFromEnd) return 'cron cannot count days from the end of a month';
  if (days && weekdays) return 'cron runs where the day or the weekday fits, not where both do';
  return undefined;
}

function field(values: ReadonlySet<number> | undefined): string {
  return values ? [...values].sort((a, b) => a - b).join(',') : '*';
}
