import type { Calendar } from './calendar.ts';

/** A date in the past that no calendar needs to look beyond: 29 February on a given weekday comes within 28 years. */
const MOST_DAYS = 366 * 28;

/**
 * The first time after `after` (milliseconds since the epoch) at which a calendar runs. Undefined: never again, or it
 * names a zone other than that of this machine or UTC.
 */
export function nextRun(calendar: Calendar, after: number): number | undefined {
  const clock = clockOf(calendar.zone);
  if (!clock) return undefined;
  const start = clock.parts(after);
  for (let offset = 0; offset < MOST_DAYS; offset++) {
    const day = new Date(Date.UTC(start.year, start.month - 1, start.day + offset));
    if (!isDay(calendar, day)) continue;
    for (const [hour, minute, second] of times(calendar)) {
      const at = clock.epoch(day, hour, minute, second);
      if (at > after) return at;
    }
  }
  return undefined;
}

function isDay({ weekdays, years, months, days, daysFromEnd }: Calendar, day: Date): boolean {
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return (
    (weekdays?.has(day.getUTCDay()) ?? true) &&
    (years?.has(year) ?? true) &&
    (months?.has(month + 1) ?? true) &&
    (days?.has(daysFromEnd ? last - date + 1 : date) ?? true)
  );
}

function* times({ hours, minutes, seconds }: Calendar): Generator<readonly [number, number, number]> {
  for (const hour of sorted(hours, 24))
    for (const minute of sorted(minutes, 60))
      for (const second of sorted(seconds, 60)) yield [hour, minute, second];
}

function sorted(values: ReadonlySet<number> | undefined, size: number): number[] {
  return values ? [...values].sort((a, b) => a - b) : Array.from({ length: size }, (_, at) => at);
}

interface Clock {
  parts(at: number): { year: number; month: number; day: number };
  /** Of a wall-clock time on a day. */
  epoch(day: Date, hour: number, minute: number, second: number): number;
}

function clockOf(zone: string | undefined): Clock | undefined {
  if (zone === 'UTC')
    return {
      parts: (at) => partsOf(new Date(at), 'UTC'),
      epoch: (day, ...time) => day.getTime() + seconds(time) * 1000,
    };
  if (zone !== undefined) return undefined;
  return {
    parts: (at) => partsOf(new Date(at), 'local'),
    epoch: (day, ...time) =>
      new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), ...time).getTime(),
  };
}

function partsOf(date: Date, clock: 'UTC' | 'local') {
  return clock === 'UTC'
    ? { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
    : { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
}

const seconds = ([hour = 0, minute = 0, second = 0]: readonly number[]) => hour * 3600 + minute * 60 + second;
