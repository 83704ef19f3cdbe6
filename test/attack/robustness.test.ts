import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { acquireLock } from '../../src/journal/lock/lock.ts';
import { thisProcess } from '../../src/journal/lock/process-identity.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';
import { openTarget } from './target.ts';

const fence = (text: string) => `~~~bash\n${text}\n~~~\n`;

describe('a file that an apply fence names', () => {
  for (const [what, from, prepare] of [
    ['a named pipe', 'pipe', (folder: string) => execFileSync('mkfifo', [join(folder, 'pipe')])],
    ['a device that never ends', '/dev/zero', undefined],
    ['a terminal', '/dev/tty', undefined],
    ['a file of the kernel that waits', '/proc/kmsg', undefined],
    [
      'a link to a device',
      'link',
      (folder: string) => execFileSync('ln', ['-s', '/dev/zero', join(folder, 'link')]),
    ],
  ] as readonly [string, string, ((folder: string) => unknown) | undefined][]) {
    test(`does not hold up lint: ${what}`, async () => {
      const text = `---\nrunbook: 1\n---\n\n## Steps\n\n### Apply\n\n\`\`\`apply {"from":"${from}"}\n\`\`\`\n`;
      const { folder, run } = await scenario(text);
      prepare?.(folder);
      const { exit } = await run('lint', {});
      expect([0, 2, 65]).toContain(exit);
    });
  }
});

describe('the journal', () => {
  const TWO = runbook({
    one: fence('echo one >>log; export FROM_ONE=1'),
    two: fence('echo "two $FROM_ONE $INJECTED" >>log'),
  });

  /** Two confirmed steps, and then the journal as the attacker changes it. */
  async function changed(change: (text: string) => string): Promise<Scenario & { journal: string }> {
    const scene = await scenario(TWO);
    await scene.replay();
    const path = journalOf(scene);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    return { ...scene, journal: path };
  }

  test('does not set a variable that was edited into it', async () => {
    const { replay, ran, write } = await changed((text) =>
      text.replaceAll('"FROM_ONE":"1"', '"FROM_ONE":"1","INJECTED":"x"'),
    );
    await write('AUTODOCK.md', TWO.replace('echo "two', 'echo "edited'));
    await replay();
    expect((await ran()).at(-1)).toBe('edited 1 ');
  });

  test('does not set PATH', async () => {
    const { replay, ran, write } = await changed((text) =>
      text.replaceAll('"FROM_ONE":"1"', '"PATH":"/tmp/evil"'),
    );
    await write('AUTODOCK.md', TWO.replace('echo "two', 'ls / >/dev/null && echo "edited'));
    expect((await replay()).exit).toBe(0);
    expect((await ran()).at(-1)).toMatch(/^edited/);
  });

  test('does not confirm a step that never ran', async () => {
    const scene = await scenario(TWO);
    await scene.replay({ only: 'one' });
    const path = journalOf(scene);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const confirmed = lines.find((line) => line.includes('"confirmed"'))!;
    const seq = Number(/"seq":(\d+)/.exec(lines.at(-1)!)![1]);
    const forged = confirmed.replace(/"seq":\d+/, `"seq":${seq}`).replaceAll('"one"', '"two"');
    writeFileSync(path, `${[...lines.slice(0, -1), forged].join('\n')}\n`);
    const { exit, events } = await scene.replay();
    expect(exit).toBe(0);
    expect(await scene.ran()).toContain('two 1 ');
    expect(codes(events)).toContain('journal-changed');
  });

  test('says that a record was damaged, for every flipped bit that makes a step run again', async () => {
    const scene = await scenario(TWO);
    await scene.replay();
    const path = journalOf(scene);
    const whole = readFileSync(path);
    const silent: number[] = [];
    for (let bit = 5; bit < whole.length * 8; bit += Math.ceil((whole.length * 8) / 60)) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, flipped);
      const { report, diagnostics } = await scene.run('plan', {});
      const told = [...diagnostics, ...(report?.diagnostics ?? [])].map(({ code }: { code: string }) => code);
      if (!told.some((code) => code.startsWith('journal-'))) silent.push(bit);
    }
    expect(silent).toEqual([]);
  }, 300_000);

  test('counts a complete record whose final newline was cut off', async () => {
    const scene = await scenario(TWO);
    await scene.replay();
    const path = journalOf(scene);
    truncateSync(path, readFileSync(path).length - 1);
    expect((await scene.replay()).story).toEqual(['one: skipped confirmed', 'two: skipped confirmed']);
    expect(await scene.ran()).toHaveLength(2);
  });

  test('of an older version is read, and that is said', async () => {
    const scene = await scenario(TWO);
    await scene.replay();
    const path = journalOf(scene);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/,"mac":"[0-9a-f]{32}"/g, ''));
    const keys = join(scene.world.folders.person, 'journal-keys');
    for (const name of readdirSync(keys)) execFileSync('rm', [join(keys, name)]);
    const { story, events } = await scene.replay();
    expect(story).toEqual(['one: skipped confirmed', 'two: skipped confirmed']);
    expect(codes(events)).toContain('journal-unsigned');
  });

  test('is not taken for an old one when its signatures are removed', async () => {
    const { replay, ran } = await changed((text) => text.replaceAll(/,"mac":"[0-9a-f]{32}"/g, ''));
    const { events } = await replay();
    expect(codes(events)).toContain('journal-changed');
    expect(await ran()).toHaveLength(4);
  });
});

test('a child that leaves its session does not outlive a timeout', async () => {
  const scene = await scenario(
    runbook({
      slow: '~~~bash {"timeout":"1s"}\nsetsid sleep 301 &\n( setsid bash -c "sleep 302; true" & ) \nsleep 303\n~~~\n',
    }),
  );
  await scene.replay();
  const left = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^sleep 30[123]$/.test(line));
  expect(left).toEqual([]);
});

test('a filter of the project does not run when the document is committed', async () => {
  const target = await openTarget();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', target.project, ...args], { encoding: 'utf8' });
  git('init', '-q');
  git('config', 'user.name', 'x');
  git('config', 'user.email', 'x@example.org');
  const evil = `sh -c 'touch ${join(target.home, 'ran')}; cat'`;
  git('config', 'filter.evil.clean', evil);
  git('config', 'filter.evil.smudge', evil);
  git('config', 'filter.evil.process', `touch ${join(target.home, 'ran')}`);
  await writeFile(join(target.project, '.gitattributes'), '* filter=evil\n');
  const { data } = await target.call('env_save', { decisions: [{ title: 'One', why: 'two' }], commit: true });
  expect(data.commit).toMatch(/^[0-9a-f]{7,}$/);
  expect(existsSync(join(target.home, 'ran'))).toBe(false);
  expect(git('show', 'HEAD:AUTODOCK.md')).toContain('### One');
  expect(git('ls-tree', '--name-only', 'HEAD').trim()).toBe('AUTODOCK.md');
});

test('the shortest pass leaves a baseline for drift', async () => {
  const scene = await scenario(runbook({ one: fence('true') }));
  await scene.replay();
  const kept = readdirSync(join(scene.folder, '.runbook'));
  expect(kept.some((name) => name.endsWith('.baseline.json'))).toBe(true);
});

describe('a lock', () => {
  for (const pid of [-1, 0, 1_099_511_627_776, 2 ** 31, 1.5, Number.NaN, '1', null]) {
    test(`that names the impossible process ${String(pid)} is stale`, async () => {
      const { folder } = await scenario('# x\n');
      const state = join(folder, 'state');
      await mkdir(state);
      const holder = { ...thisProcess(), pid, user: 'x', command: 'replay', document: '/x', since: '' };
      await writeFile(join(state, 'lock'), JSON.stringify(holder));
      const lock = acquireLock({ stateFolder: state, command: 'replay', document: '/y', now: Date.now });
      expect(lock.kind).toBe('acquired');
      if (lock.kind === 'acquired') onTestFinished(() => lock.release());
    });
  }
});

function journalOf({ folder }: Scenario): string {
  const name = readdirSync(join(folder, '.runbook')).find((each) =>
    /^AUTODOCK\.md\.[0-9a-f]+\.jsonl$/.test(each),
  )!;
  return join(folder, '.runbook', name);
}

function codes(events: readonly { type: string }[]): string[] {
  return events.flatMap((event) =>
    'diagnostic' in event ? [(event.diagnostic as { code: string }).code] : [],
  );
}
