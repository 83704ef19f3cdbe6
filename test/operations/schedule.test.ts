import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenario } from '../support/scenario.ts';

const BOX = `---
runbook: 1
---

# Box

## Schedule

| What | When | Tell |
| --- | --- | --- |
| drift | daily | |
| verify | hourly | |
| replay --dry-run | monthly | |
| write-the-page | *-*-01 04:00 | |

## Steps

### Write the page

~~~html {"file":"site/index.html"}
<h1>hello</h1>
~~~
`;

/** A crontab(1) that keeps its table in a file. */
const CRONTAB = `#!/bin/sh
case $1 in
  -l) cat "$CRONTAB" 2>/dev/null || { echo 'no crontab' >&2; exit 1; } ;;
  -r) rm -f "$CRONTAB" ;;
  -) cat > "$CRONTAB" ;;
esac
`;

describe('schedule run', () => {
  test('answers ok, then what differs with the next command, then ok again', async () => {
    const scene = await scenario(BOX);
    await scene.replay();
    const first = await scene.run('schedule run', { name: 'verify' });
    expect(first).toMatchObject({ exit: 0, report: { state: 'ok', changed: false, details: [], next: '' } });

    await scene.write('site/index.html', 'changed by hand');
    const second = await scene.run('schedule run', { name: 'verify' });
    expect(second).toMatchObject({
      exit: 2,
      report: { state: 'different', changed: true, next: 'runbook replay AUTODOCK.md' },
    });
    expect(second.report.details.join('\n')).toMatch(/write-the-page.*site\/index\.html/);

    const third = await scene.run('schedule run', { name: 'verify' });
    expect(third).toMatchObject({ exit: 2, report: { changed: false, since: second.report.since } });

    await scene.replay();
    expect(await scene.run('schedule run', { name: 'verify' })).toMatchObject({
      exit: 0,
      report: { state: 'ok', changed: true },
    });
  });

  test('finds in a dry run what would act', async () => {
    const scene = await scenario(BOX);
    await scene.run('approve');
    const { exit, report } = await scene.run('schedule run', { name: 'replay-dry-run' });
    expect(exit).toBe(2);
    expect(report.details[0]).toMatch(/^write-the-page: would act/);
  });

  test('runs nothing that no one approved', async () => {
    const scene = await scenario(BOX);
    const { exit, report } = await scene.run('schedule run', { name: 'write-the-page' });
    expect(exit).toBe(3);
    expect(report).toMatchObject({ state: 'person', next: expect.stringContaining('runbook approve') });
    expect(await readdir(scene.folder)).not.toContain('site');
  });

  test('records an approved pass under the name of the schedule', async () => {
    const scene = await scenario(BOX);
    await scene.run('approve');
    expect(await scene.run('schedule run', { name: 'write-the-page' })).toMatchObject({ exit: 0 });
    const { report } = await scene.run('history', { file: 'AUTODOCK.md' });
    expect(report.passes[0].by).toEqual({ kind: 'schedule', name: 'write-the-page' });
  });

  test('finds another document next to its own, wherever the scheduler starts it', async () => {
    const scene = await scenario(BOX.replace('| drift | daily | |', '| other.md | daily | |'));
    await scene.write('other.md', BOX.replace('site/index.html', 'other/index.html'));
    await scene.run('approve', { file: 'other.md' });
    Object.assign(scene.world, { cwd: '/' });
    const ran = await scene.run('schedule run', { name: 'other', file: scene.path('AUTODOCK.md') });
    expect(ran).toMatchObject({ exit: 0, report: { state: 'ok' } });
    expect(await scene.read('other/index.html')).toContain('hello');
  });

  test('suggests the name that was meant', async () => {
    const scene = await scenario(BOX);
    const { exit, diagnostics } = await scene.run('schedule run', { name: 'drfit' });
    expect(exit).toBe(64);
    expect(diagnostics[0]).toMatchObject({
      code: 'unknown-schedule',
      remedy: expect.stringContaining('drift'),
    });
  });
});

describe('schedule install', () => {
  async function withCrontab() {
    const scene = await scenario(BOX);
    const bin = scene.path('bin');
    await mkdir(bin);
    await writeFile(join(bin, 'crontab'), CRONTAB);
    await chmod(join(bin, 'crontab'), 0o755);
    const env = { ...scene.world.env, PATH: `${bin}:${process.env.PATH}`, CRONTAB: scene.path('table') };
    Object.assign(scene.world, { env });
    return scene;
  }

  test('prints, and installs nothing without an answer', async () => {
    const scene = await withCrontab();
    const { exit, diagnostics } = await scene.run('schedule install', { as: 'cron' });
    expect(exit).toBe(3);
    expect(diagnostics[0]!.remedy).toContain("'schedule' 'run' 'drift'");
    await expect(scene.read('table')).rejects.toThrow();
  });

  test('adds cron lines next to those of others, replaces its own, and removes all of them', async () => {
    const scene = await withCrontab();
    await scene.write('table', '0 1 * * * backup\n');
    await scene.run('schedule install', { as: 'cron', yes: true });
    await scene.run('schedule install', { as: 'cron', yes: true, name: 'drift' });
    expect((await scene.read('table')).trimEnd().split('\n')).toHaveLength(5);
    const listed = await scene.run('schedule list');
    expect(listed.report.tasks[0]).toMatchObject({ name: 'drift', installed: ['cron'], late: false });
    await scene.run('schedule remove', { as: 'cron' });
    expect(await scene.read('table')).toBe('0 1 * * * backup\n');
  });

  test('removes what the document no longer schedules, at the next install', async () => {
    const scene = await withCrontab();
    await scene.run('schedule install', { as: 'cron', yes: true });
    await scene.write('AUTODOCK.md', BOX.replace('| drift | daily | |\n', ''));
    const { report } = await scene.run('schedule install', { as: 'cron', yes: true });
    expect(report.notes.join('\n')).toMatch(/-drift: removed/);
    expect(await scene.read('table')).not.toContain('drift');
  });

  test('removes the lines and the results of a document that was deleted', async () => {
    const scene = await withCrontab();
    await scene.run('schedule install', { as: 'cron', yes: true });
    await scene.run('schedule run', { name: 'verify' });
    const results = join(scene.world.folders.person, 'schedules');
    expect(await readdir(results)).toHaveLength(1);
    await rm(scene.path('AUTODOCK.md'));
    const { report } = await scene.run('schedule remove', { as: 'cron' });
    expect(report.items).toHaveLength(4);
    await expect(scene.read('table')).rejects.toThrow();
    expect(await readdir(results)).toEqual([]);
  });

  test('writes no crontab if the present one cannot be read', async () => {
    const scene = await withCrontab();
    await scene.write('table', '0 1 * * * backup\n');
    await writeFile(
      scene.path('bin/crontab'),
      CRONTAB.replace('-l)', "-l) echo 'cannot open the spool: permission denied' >&2; exit 1 ;;\n  -l)"),
    );
    const refused = await scene.run('schedule install', { as: 'cron', yes: true });
    expect(refused).toMatchObject({ exit: 3, diagnostics: [{ code: 'scheduler-failed' }] });
    expect(await scene.read('table')).toBe('0 1 * * * backup\n');
  });

  test('says which tasks would wait for an approval', async () => {
    const scene = await withCrontab();
    const before = await scene.run('schedule install', { as: 'cron', print: true });
    expect(before.report.notes).toEqual([expect.stringMatching(/write-the-page.*runbook approve/)]);
    await scene.run('approve');
    const after = await scene.run('schedule install', { as: 'cron', print: true });
    expect(after.report.notes).toEqual([]);
  });

  test('refuses a document whose rows cannot be read', async () => {
    const scene = await withCrontab();
    await scene.write('AUTODOCK.md', BOX.replace('hourly', 'hourlyy'));
    const { exit, diagnostics } = await scene.run('schedule install', { as: 'cron', yes: true });
    expect(exit).toBe(65);
    expect(diagnostics[0]!.code).toBe('bad-schedule');
  });
});
