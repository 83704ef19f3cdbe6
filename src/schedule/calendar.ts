import { nearest } from '../base/nearest.ts';

/** When a schedule runs: a systemd calendar expression, or one of its words. Undefined parts match every value. */
export interface Calendar {
  /** As systemd reads it: the expression as written, or the word. */
  readonly text: string;
  /** 0 is Sunday. */
  readonly weekdays?: ReadonlySet<number>;
  readonly years?: ReadonlySet<number>;
  readonly months?: ReadonlySet<number>;
  readonly days?: ReadonlySet<number>;
  /** `*-*~1`: days are counted from the end of the month, the last one is 1. */
  readonly daysFromEnd?: true;
  readonly hours?: ReadonlySet<number>;
  readonly minutes?: ReadonlySet<number>;
  readonly seconds?: ReadonlySet<number>;
  /** `UTC`, or an IANA name such as `Europe/Berlin`; absent: the zone of the box. */
  readonly zone?: string;
}

/** A calendar, or why the text is not one. */
export type ReadCalendar = { readonly calendar: Calendar } | { readonly problem: string };

/** The words that systemd knows, with the expressions that they mean (systemd.time(7)). */
const WORDS: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
};

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The part of a date or time: its name in errors and its range. */
type Part = readonly [name: string, least: number, most: number];
const YEAR: Part = ['year', 1970, 2199];
const MONTH: Part = ['month', 1, 12];
const DAY: Part = ['day', 1, 31];
const HOUR: Part = ['hour', 0, 23];
const MINUTE: Part = ['minute', 0, 59];
const SECOND: Part = ['second', 0, 59];

/** Reads a calendar expression as systemd.time(7) describes it, without fractions of seconds. Never throws. */
export function readCalendar(written: string): ReadCalendar {
  const text = written.trim().replaceAll(/\s+/g, ' ');
  try {
    return { calendar: { ...parse(WORDS[text.toLowerCase()] ?? text, text), text } };
  } catch (error) {
    if (error instanceof NotACalendar) return { problem: error.message };
    throw error;
  }
}

class NotACalendar extends Error {}

function parse(expression: string, written: string): Omit<Calendar, 'text'> {
  const words = expression.split(' ').filter((word) => word !== '');
  if (words.length === 0) throw new NotACalendar('it is empty');
  const zone = isZone(words.at(-1)!) ? words.pop() : undefined;
  const weekdays = /^[a-z]/i.test(words[0] ?? '') ? readWeekdays(words.shift()!, written) : undefined;
  const date = words[0]?.includes('-') || words[0]?.includes('~') ? words.shift() : undefined;
  const time = words.shift();
  const rest = words[0];
  if (rest !== undefined) throw new NotACalendar(`"${rest}" is neither a date, a time nor a time zone`);
  if (!weekdays && date === undefined && time === undefined) throw new NotACalendar('it names no time');
  return { ...(weekdays && { weekdays }), ...readDate(date), ...readTime(time), ...(zone && { zone }) };
}

/** `UTC` or a name with a slash. Other abbreviations mean different zones on different boxes. */
function isZone(word: string): boolean {
  if (word === 'UTC') return true;
  if (!/^[A-Za-z_]+\/[A-Za-z_+/-]+$/.test(word)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: word });
    return true;
  } catch {
    throw new NotACalendar(`the time zone "${word}" is unknown`);
  }
}

/** `Mon,Wed..Fri`. */
function readWeekdays(word: string, written: string): ReadonlySet<number> {
  const found = new Set<number>();
  for (const range of word.replace(/,$/, '').split(',')) {
    const [first = '', last = first] = range.split(/\.\.|-/);
    const [from, to] = [weekday(first, written), weekday(last, written)];
    // systemd counts from Monday, and does not wrap around.
    const [start, end] = [(from + 6) % 7, (to + 6) % 7];
    if (end < start) throw new NotACalendar(`"${range}" must go forward within one week, Mon to Sun`);
    for (let day = start; day <= end; day++) found.add((day + 1) % 7);
  }
  return found;
}

function weekday(name: string, written: string): number {
  const wanted = name.toLowerCase();
  const at = WEEKDAYS.findIndex((each) => each === wanted || each.slice(0, 3) === wanted);
  if (at >= 0) return at;
  const near = nearest(written, Object.keys(WORDS));
  throw new NotACalendar(`"${name}" is not a weekday${near ? ` (did you mean "${near}"?)` : ''}`);
}

/** `YYYY-MM-DD` or `MM-DD`; `~` instead of the last dash counts days from the end of the month. */
function readDate(date: string | undefined): Pick<Calendar, 'years' | 'months' | 'days' | 'daysFromEnd'> {
  if (date === undefined) return {};
  const match = /^(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)$/.exec(date);
  if (!match) throw new NotACalendar(`"${date}" is not a date such as *-*-01`);
  const [, year = '*', month = '*', mark, day = '*'] = match;
  const fromEnd = mark === '~';
  return {
    ...values('years', year, YEAR),
    ...values('months', month, MONTH),
    ...values('days', day, DAY, fromEnd),
    ...(fromEnd && { daysFromEnd: true }),
  };
}

/** `HH:MM[:SS]`; none means midnight. */
function readTime(time = '00:00:00'): Pick<Calendar, 'hours' | 'minutes' | 'seconds'> {
  const parts = time.split(':');
  if (parts.length < 2 || parts.length > 3) throw new NotACalendar(`"${time}" is not a time such as 04:00`);
  const [hour = '', minute = '', second = '00'] = parts;
  return {
    ...values('hours', hour, HOUR),
    ...values('minutes', minute, MINUTE),
    ...values('seconds', second, SECOND),
  };
}

/** `*`, `5`, `1..5`, `0/15`, or several with commas. Nothing is added for `*`. */
function values<Name extends string>(
  name: Name,
  text: string,
  part: Part,
  downwards = false,
): { readonly [Key in Name]?: ReadonlySet<number> } {
  if (text === '*') return {};
  const found = new Set(text.split(',').flatMap((range) => readRange(range, part, downwards)));
  return { [name]: found } as unknown as { readonly [Key in Name]?: ReadonlySet<number> };
}

function readRange(range: string, [name, least, most]: Part, downwards: boolean): number[] {
  const match = /^(\*|\d{1,4})(?:\.\.(\d{1,4}))?(?:\/(\d{1,4}))?$/.exec(range);
  if (!match) throw new NotACalendar(`"${range}" is not a ${name}`);
  const start = match[1] === '*' ? least : Number(match[1]);
  const repeat = match[3] === undefined ? undefined : Number(match[3]);
  const [bottom, top] = downwards ? [least, start] : [start, most];
  const end = match[2] === undefined ? (repeat === undefined ? start : top) : Number(match[2]);
  const from = repeat !== undefined && downwards && match[2] === undefined ? bottom : start;
  if (start < least || end > most || end < from || repeat === 0)
    throw new NotACalendar(`the ${name} "${range}" must be from ${least} to ${most}`);
  const all: number[] = [];
  if (downwards && match[2] === undefined)
    for (let each = end; each >= from; each -= repeat ?? 1) all.push(each);
  else for (let each = start; each <= end; each += repeat ?? 1) all.push(each);
  return all;
}
