import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithSshd } from '../support/describe-with-sshd.ts';
import { confirmedAndRunAgain, journalLines } from '../support/journal-lines.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

const BIN = join(import.meta.dirname, '../../dist/bin.js');

describeWithSshd('a pass on another box', () => {
  let host: Sshd;
  beforeAll(async () => {
    host = await startSshd();
  });
  afterAll(() => host.stop());

  const onHost = async (text: string, env: Record<string, string> = {}): Promise<Scenario> =>
    scenario(text, { env: { ...host.env, ...env } });
  /** The folder of the pass on the box: it has the name of the folder here. */
  const there = (path: string) => join(host.workspaces, 'project', path);

  test('replays on the remote box, keeps the journal here, skips the second time, and undoes', async () => {
    const s = await onHost(
      runbook({
        'Make it': `~~~bash
mkdir -p site
export WHERE=$PWD/site TEXT='two
lines'
cd site
~~~

~~~text {"file":"site/index.html","mode":"0640"}
page of \${TEXT}
~~~

Verify:

~~~check
file site/index.html contains "page"
~~~

Undo:

~~~bash
rm -r "$WHERE"
~~~`,
        Serve: `~~~bash {"background":"true"}\nexec sleep 71.5\n~~~\n\nVerify:\n\n~~~check\nprocess sleep running within 5s\n~~~`,
        Use: '~~~bash\ntest "$PWD" = "$WHERE"\ntest "$TEXT" = "two\nlines"\n~~~',
      }),
    );
    const input = { on: host.target };
    const first = await s.replay(input);
    expect(first.story, JSON.stringify(first.report?.steps)).toEqual([
      'make-it: acted new',
      'serve: acted new',
      'use: acted new',
    ]);
    expect(first.exit).toBe(0);
    expect(readFileSync(there('site/index.html'), 'utf8')).toBe('page of two\nlines\n');
    expect(statSync(there('site/index.html')).mode & 0o777).toBe(0o640);
    expect(existsSync(s.path('site'))).toBe(false);
    expect(readdirSync(join(host.state, 'journals'))).toHaveLength(1);

    const again = await s.replay(input);
    expect(again.story).toEqual([
      'make-it: skipped confirmed',
      'serve: skipped confirmed',
      'use: skipped confirmed',
    ]);
    expect(
      (await s.run('status', input)).report.steps.map((step: { status: string }) => step.status),
    ).toEqual(['confirmed', 'confirmed', 'confirmed']);
    expect((await s.run('verify', { ...input, yes: true })).exit).toBe(0);
    // Here nothing of it is known: a journal is about one box.
    expect((await s.run('status')).report.steps.map((step: { status: string }) => step.status)).toEqual([
      'new',
      'new',
      'new',
    ]);

    await s.run('undo', { ...input, yes: true });
    expect(existsSync(there('site'))).toBe(false);
    expect(running('sleep 71.5')).toBe(0);
  });

  test('a lost connection leaves the step interrupted, and the same command continues with it', async () => {
    const s = await onHost(
      runbook({
        One: '~~~bash\necho one >>log\n~~~',
        // The pause: what step one leaves in the journal is on the box's disk before the connection is lost.
        Two: '~~~bash\necho two >>log\n[ -e go ] || { sleep 0.5; sleep 72.5; }\n~~~',
        Three: '~~~bash\necho three >>log\n~~~',
      }),
    );
    const pass = s.replay({ on: host.target });
    await expect.poll(() => running('sleep 72.5'), { timeout: 15_000 }).toBe(1);
    host.cut();
    const cut = await pass;
    expect(cut.story).toEqual(['one: acted new', 'two: failed disconnected', 'three: not-reached']);
    expect(cut.exit).toBe(1);
    await expect.poll(() => running('sleep 72.5')).toBe(0);

    await host.restart();
    spawnSync('touch', [there('go')]);
    const resumed = await s.replay({ on: host.target });
    expect(resumed.story).toEqual(['one: skipped confirmed', 'two: acted interrupted', 'three: acted new']);
    expect(readFileSync(there('log'), 'utf8')).toBe('one\ntwo\ntwo\nthree\n');
  });

  test('after SIGKILL at random moments no remote process continues and no confirmed step repeats', async () => {
    const steps = 10;
    const s = await onHost(
      runbook(
        Object.fromEntries(
          Array.from({ length: steps }, (_, i) => [
            `step ${i}`,
            `~~~bash\ntest "\${LAST:-}" = "${i === 0 ? '' : i - 1}"\necho begin ${i} >>log\nsleep 0.05\necho end ${i} >>log\nexport LAST=${i}\n~~~`,
          ]),
        ),
      ),
    );
    spawnSync('rm', ['-f', there('log')]);
    const { RUNBOOK_STATE, RUNBOOK_BOX_STATE } = s.world.env;
    const env = { ...process.env, ...host.env, RUNBOOK_STATE, RUNBOOK_BOX_STATE };
    const run = (killAfterMs?: number) =>
      new Promise<number | null>((resolve) => {
        const args = [BIN, 'replay', '--yes', '--quiet', '--on', host.target];
        const child = spawn(process.execPath, args, { cwd: s.folder, env, stdio: 'ignore' });
        const timer = killAfterMs && setTimeout(() => child.kill('SIGKILL'), killAfterMs);
        child.on('exit', (code) => {
          clearTimeout(timer || undefined);
          resolve(code);
        });
      });
    for (let i = 0; i < 8; i += 1) {
      await run(300 + Math.random() * 900);
      // The next may not begin before the box has let go of the last: it would get the error that names the holder.
      await expect.poll(() => existsSync(join(host.state, 'lock')), { timeout: 10_000 }).toBe(false);
    }
    expect(await run()).toBe(0);
    const [name = ''] = readdirSync(join(s.folder, '.runbook')).filter((each) => each.endsWith('.jsonl'));
    const records = journalLines(readFileSync(join(s.folder, '.runbook', name), 'utf8'));
    expect(confirmedAndRunAgain(records)).toEqual([]);
    expect(records.filter((each) => each.kind === 'confirmed')).toHaveLength(steps);
    const log = readFileSync(there('log'), 'utf8').trim().split('\n');
    log.forEach((line, i) => {
      if (line.startsWith('end')) expect(log[i - 1]).toBe(line.replace('end', 'begin'));
    });
  });

  test('a second pass on the same box is refused and shown who holds the lock', async () => {
    const s = await onHost(runbook({ Wait: '~~~bash\nsleep 1\n~~~' }));
    const first = s.replay({ on: host.target });
    await expect.poll(() => existsSync(join(host.state, 'lock')), { timeout: 10_000 }).toBe(true);
    const second = await s.replay({ on: host.target });
    expect(second).toMatchObject({ exit: 3, diagnostics: [{ code: 'lock-held' }] });
    expect((await first).exit).toBe(0);
  });

  test("a secret reaches another box only with a person's grant; --yes covers one pass", async () => {
    const inputs = '\n## Inputs\n\n| Name | Kind |\n| --- | --- |\n| TOKEN | secret |\n';
    const text = runbook({ Use: '~~~bash\ntest ${#TOKEN} = 14\n~~~' }, inputs);
    const s = await onHost(text, { TOKEN: 'sekrit-value-1' });
    await s.run('approve', { on: host.target });
    const refused = await s.replay({ on: host.target, yes: false });
    expect(refused).toMatchObject({ exit: 3, diagnostics: [{ code: 'secret-not-granted' }] });
    expect((await s.run('plan', { on: host.target })).exit).toBe(0);
    expect((await s.replay({ on: host.target })).exit).toBe(0);
  });

  test('unapproved content runs nothing on the remote box, not even through its variables', async () => {
    const marker = join(host.folder, 'ran');
    const text = runbook({ One: '~~~bash\ntrue\n~~~\n\nVerify:\n\n~~~check\ncommand sh exists\n~~~' });
    const withEnv = (name: string) =>
      onHost(text.replace('runbook: 1\n', `runbook: 1\nenv: { ${name}: "$(touch ${marker})" }\n`));
    const s = await withEnv('GREETING');
    for (const verb of ['plan', 'verify', 'status']) {
      expect((await s.run(verb, { on: host.target })).report, verb).toBeDefined();
    }
    expect((await s.run('replay', { on: host.target, dryRun: true })).exit).toBe(0);
    const refused = await withEnv('BASH_ENV');
    for (const verb of ['plan', 'verify', 'status', 'replay']) {
      expect((await refused.run(verb, { on: host.target })).diagnostics, verb).toMatchObject([
        { code: 'refused-name' },
      ]);
    }
    expect(existsSync(marker)).toBe(false);
  });

  test('reports a missing box before anything runs', async () => {
    const s = await onHost(runbook({ One: '~~~bash\ntrue\n~~~' }));
    expect(await s.replay({ on: 'ssh://127.0.0.1:1' })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'box-refused' }],
    });
    expect(await s.replay({ on: 'container:no-such-box' })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'no-such-container' }],
    });
    expect(await s.replay({ on: 'shh://host' })).toMatchObject({
      exit: 64,
      diagnostics: [{ code: 'bad-box' }],
    });
  });
});

function running(command: string): number {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => !line.startsWith('Z') && line.replace(/^\S+\s+/, '') === command)
    .length;
}
