import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readCalendar } from '../../src/schedule/calendar.ts';
import { nextRun } from '../../src/schedule/next-run.ts';

const valid = [
  'minutely',
  'hourly',
  'Daily',
  'weekly',
  'monthly',
  'quarterly',
  'semiannually',
  'yearly',
  '04:00',
  '04:00:30',
  '*-*-01 04:00',
  'Mon..Fri 07:30',
  'Mon,Wed,Sat *-*-* 12:00:00',
  'Sat,Sun 06:00',
  'Fri..Sun 06:00',
  '*:0/15',
  '*-*-* *:*:0/10',
  '*-1,7-1 00:00',
  '*-*~1 23:00',
  'Mon *-05~07/1 08:00',
  '02-29 12:00',
  'Sun 2031-*-* 00:00 UTC',
  '*-*-* 09..17:00,30',
  'Sat',
];

const invalid = [
  '',
  'dayly',
  'every day',
  'Fri..Mon 06:00',
  '25:00',
  '12:60',
  '*-13-01',
  '*-*-32',
  'Mon..Fri 07:30 08:30',
  '04',
  '*-*-* 5/0:00',
  'Caturday 04:00',
  '17..9:00',
];

const oracle = spawnSync('systemd-analyze', ['calendar', 'daily']).status === 0;
if (!oracle)
  console.error('SKIPPED: calendars are not compared with systemd-analyze, which is not installed here');

/** What systemd says: the next run after a time, in milliseconds; `never`; undefined: it refuses the expression. */
function systemdNext(text: string, after: number): number | 'never' | undefined {
  const base = `--base-time=${new Date(after).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const { status, stdout } = spawnSync('systemd-analyze', ['calendar', base, text], {
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
  });
  if (status !== 0) return undefined;
  const next = /Next elapse: (?:\w+ )?(\S+ \S+) UTC|\(in UTC\): \w+ (\S+ \S+) UTC/.exec(stdout);
  return next ? Date.parse(`${(next[1] ?? next[2])!.replace(' ', 'T')}Z`) : 'never';
}

describe('readCalendar', () => {
  test.each(valid)('accepts %j', (text) => {
    expect(readCalendar(text)).toMatchObject({ calendar: { text } });
  });

  test.each(invalid)('refuses %j and says why', (text) => {
    expect(readCalendar(text)).toMatchObject({ problem: expect.stringMatching(/\S{3}/) });
  });

  test('suggests the word that was meant', () => {
    expect(readCalendar('dayly')).toMatchObject({ problem: expect.stringContaining('"daily"') });
  });
});

describe.skipIf(!oracle)('compared with systemd-analyze calendar', () => {
  const starts = ['2026-11-28T13:15:07Z', '2027-02-28T23:59:59Z', '2028-02-29T00:00:00Z'].map(Date.parse);

  test.each(valid)('the next run of %j is the same', (text) => {
    const read = readCalendar(text);
    const { calendar } = read as Extract<typeof read, { calendar: unknown }>;
    for (const after of starts)
      expect(nextRun({ ...calendar, zone: 'UTC' }, after) ?? 'never').toBe(systemdNext(text, after));
  });

  test.each(invalid.filter((text) => text !== '04'))('systemd refuses %j too', (text) => {
    expect(systemdNext(text, starts[0]!)).toBeUndefined();
  });
});
