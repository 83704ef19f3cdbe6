import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cronJob } from '../../src/schedule/cron-job.ts';
import { cronLine, ownCronLines, withCronLines } from '../../src/schedule/crontab.ts';
import type { ScheduledCommand } from '../../src/schedule/scheduled-command.ts';
import { systemdUnits } from '../../src/schedule/systemd-units.ts';

const command = (when: string, document = '/srv/AUTODOCK.md'): ScheduledCommand => ({
  task: { name: 'drift', what: 'drift', when },
  document,
  key: '0a1b2c3d',
  program: [process.execPath, '/opt/run book/bin.js'],
  env: { RUNBOOK_STATE: '/var/lib/run "book" 100%' },
});

describe('systemd units', () => {
  const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
  if (!hasSystemd)
    console.error('SKIPPED: units are not verified, because systemd-analyze is not installed here');

  test.skipIf(!hasSystemd).each(['daily', '*-*-01 04:00', '*:0/15'])(
    'systemd-analyze verifies those of %s',
    (when) => {
      const folder = mkdtempSync(join(tmpdir(), 'runbook units '));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const units = systemdUnits(command(when, join(folder, '50% $HOME "x"/AUTODOCK.md')));
      for (const { name, text } of units) writeFileSync(join(folder, name), text);
      const paths = units.map(({ name }) => join(folder, name));
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
        encoding: 'utf8',
      });
      expect(stderr.split('\n').filter((line) => line.includes('runbook-'))).toEqual([]);
      expect(status).toBe(0);
    },
  );

  test('catches up after a power cut, spreads boxes, and takes differences as an answer', () => {
    const [service, timer] = systemdUnits(command('daily'));
    expect(timer!.text).toContain('Persistent=true\nRandomizedDelaySec=5min');
    expect(service!.text).toContain('SuccessExitStatus=2');
  });

  test('does not delay what runs every few minutes', () => {
    expect(systemdUnits(command('*:0/15'))[1]!.text).toContain('RandomizedDelaySec=1min');
    expect(systemdUnits(command('minutely'))[1]!.text).toContain('RandomizedDelaySec=0');
    expect(systemdUnits(command('*-*-* *:*:0/5'))[1]!.text).toContain('RandomizedDelaySec=0');
  });
});

describe('cron lines', () => {
  test('translate a calendar, and quote for the shell', () => {
    expect(cronLine(command('Mon..Fri 07:30'))).toEqual({
      line: `30 7 * * 1,2,3,4,5 RUNBOOK_STATE='/var/lib/run "book" 100\\%' '${process.execPath}' '/opt/run book/bin.js' 'schedule' 'run' 'drift' '--file' '/srv/AUTODOCK.md' # runbook-0a1b2c3d-drift`,
    });
  });

  test.each([
    ['*-*-* *:*:0/5', 'full minutes'],
    ['2030-*-* 04:00', 'years'],
    ['*-*~1 04:00', 'end of a month'],
    ['Mon *-*-01 04:00', 'weekday'],
    ['04:00 Europe/Berlin', 'time zone'],
  ])('refuse %s', (when, reason) => {
    expect(cronLine(command(when))).toMatchObject({ problem: expect.stringContaining(reason) });
  });

  test('replace only their own', () => {
    const mine = '0 0 * * * x # runbook-0a1b2c3d-drift';
    const others = 'MAILTO=me\n0 1 * * * backup\n0 0 * * * x # runbook-ffffffff-drift\n';
    expect(withCronLines(`${others}${mine}\n`, '0a1b2c3d', [])).toBe(others);
    expect(withCronLines(others, '0a1b2c3d', [mine])).toBe(`${others}${mine}\n`);
    expect(ownCronLines(`${others}${mine}\n`, '0a1b2c3d')).toEqual([mine]);
    expect(withCronLines(`${mine}\n`, '0a1b2c3d', [])).toBe('');
  });
});

describe('a CronJob', () => {
  const options = { image: 'registry.example/runbook:1', namespace: 'ops', text: '# x' };

  test('never overlaps, and its zone is kept', () => {
    const made = cronJob(command('04:00 Europe/Berlin'), options);
    expect('objects' in made && made.objects.at(-1)).toMatchObject({
      kind: 'CronJob',
      spec: { schedule: '0 4 * * *', timeZone: 'Europe/Berlin', concurrencyPolicy: 'Forbid' },
    });
  });

  test('takes exit code 2 as an answer', () => {
    const made = cronJob(command('daily'), options);
    const [, , job] = 'objects' in made ? made.objects : [];
    const { containers } = (
      job as unknown as {
        spec: { jobTemplate: { spec: { template: { spec: { containers: { command: string[] }[] } } } } };
      }
    ).spec.jobTemplate.spec.template.spec;
    const script = containers[0]!.command[2]!;
    const run = (code: number) =>
      spawnSync('sh', ['-c', script.replace('runbook "$@"', `(exit ${code})`), 'sh']).status;
    expect([run(0), run(1), run(2), run(3)]).toEqual([0, 1, 0, 3]);
  });
});
