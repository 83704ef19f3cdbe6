import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRemoteExecution, type RemoteExecution } from '../../../src/execute/remote/remote-execution.ts';
import { openSshLink } from '../../../src/execute/remote/ssh-link.ts';
import { RunbookError } from '../../../src/model/diagnostic.ts';
import { OwnProgram } from '../../../src/model/own-program.ts';
import { describeWithSshd } from '../../support/describe-with-sshd.ts';
import { type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { fence, runOn, until } from '../box.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function sshd(options?: SshdOptions): Promise<Sshd> {
  const started = await startSshd(options);
  cleanups.push(() => started.stop());
  return started;
}

async function open(box: Sshd, port = box.port, host = '127.0.0.1'): Promise<RemoteExecution> {
  const target = { kind: 'ssh', host, port } as const;
  const link = await openSshLink({ target, attended: false, config: box.env.RUNBOOK_SSH_CONFIG });
  const opened = await openRemoteExecution(link, { workspace: 'project', envFor: async () => ({}) });
  cleanups.push(() => opened.close());
  return opened;
}

async function refusal(opening: Promise<unknown>) {
  try {
    await opening;
  } catch (error) {
    if (error instanceof RunbookError) return { exit: error.exit, ...error.diagnostics[0]! };
    throw error;
  }
  throw new Error('it was opened');
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'runbook-test-'));
  cleanups.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A PATH with a POSIX shell, the small programs that every system has, and no bash. */
function pathWithoutBash(): string {
  const path = folder();
  const names =
    'sh cat id uname date mkdir ln rm sleep setsid kill chmod dirname readlink mv stat sync tr ps';
  for (const name of names.split(' ')) {
    const real = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    symlinkSync(real.startsWith('/') ? real : `/bin/${name}`, join(path, name));
  }
  return path;
}

describeWithSshd('a host that cannot be worked on says why', () => {
  test('never silently accepts an unknown host key', async () => {
    const box = await sshd();
    writeFileSync(box.knownHosts, '');
    expect(await refusal(open(box))).toMatchObject({ exit: 3, code: 'host-key-unknown' });
    expect(readFileSync(box.knownHosts, 'utf8')).toBe('');
  });

  test('refuses a changed host key, even if the configuration accepts any', async () => {
    const [box, other] = [await sshd(), await sshd()];
    const key = readFileSync(join(other.folder, 'host_key.pub'), 'utf8');
    writeFileSync(box.knownHosts, `[127.0.0.1]:${box.port} ${key}`);
    const config = box.env.RUNBOOK_SSH_CONFIG!;
    writeFileSync(config, `${readFileSync(config, 'utf8')}  StrictHostKeyChecking no\n`);
    expect(await refusal(open(box))).toMatchObject({ exit: 3, code: 'host-key-changed' });
  });

  test('explains a refused connection and an unknown host name', async () => {
    const box = await sshd();
    expect(await refusal(open(box, 1))).toMatchObject({ exit: 3, code: 'box-refused' });
    expect(await refusal(open(box, 22, 'no-such-host.invalid'))).toMatchObject({ code: 'box-unknown-host' });
  });

  test('explains a missing route', async (context) => {
    // TEST-NET-1 (RFC 5737), which has no hosts.
    const route = ['route', 'add', 'unreachable', '192.0.2.77/32'];
    context.skip(spawnSync('ip', route).status !== 0, 'this host may not change its routes');
    cleanups.push(() => spawnSync('ip', ['route', 'del', 'unreachable', '192.0.2.77/32']));
    const box = await sshd();
    expect(await refusal(open(box, 22, '192.0.2.77'))).toMatchObject({ exit: 3, code: 'box-no-route' });
  });

  test('explains a password prompt without a terminal', async () => {
    const box = await sshd({ config: ['PasswordAuthentication yes', 'AuthorizedKeysFile none'] });
    expect(await refusal(open(box))).toMatchObject({ exit: 3, code: 'ssh-password' });
  });

  test('explains a rejected key', async () => {
    const box = await sshd({ config: ['AuthorizedKeysFile none'] });
    expect(await refusal(open(box))).toMatchObject({ exit: 3, code: 'ssh-denied' });
  });

  test('explains an unwritable temporary folder', async () => {
    const box = await sshd({ env: { TMPDIR: '/proc' } });
    expect(await refusal(open(box))).toMatchObject({ exit: 3, code: 'box-unusable' });
  });

  test('explains a full disk', async (context) => {
    const full = folder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=1', 'none', full]).status === 0;
    context.skip(!mounted, 'this host may not mount a tmpfs');
    cleanups.push(() => spawnSync('umount', [full]));
    const box = await sshd({ env: { TMPDIR: full } });
    expect(await refusal(open(box))).toMatchObject({ exit: 3, code: 'box-full' });
  });
});

describeWithSshd('an unusual host just works', () => {
  test('ignores output of start-up files', async () => {
    const talk = 'echo hello there; echo and there >&2; eval "$SSH_ORIGINAL_COMMAND"';
    const box = await open(await sshd({ config: [`ForceCommand ${talk}`] }));
    expect(await runOn(box, fence('echo one; echo two >&2'))).toMatchObject({
      end: { kind: 'exit', code: 0 },
      output: 'one\ntwo\n',
    });
    expect((await box.exec(OwnProgram.make({ run: 'echo only this' }))).stdout.toString()).toBe(
      'only this\n',
    );
  });

  test.each(['bash', 'sh without bash'])(
    'a timeout also ends programs that left their session, in %s',
    async (shell) => {
      const isBash = shell === 'bash';
      const box = await open(await sshd(isBash ? {} : { env: { PATH: pathWithoutBash() } }));
      const interpreter = [isBash ? 'bash' : 'sh'];
      const started = join(folder(), 'started');
      const text = `setsid sh -c 'echo $$ >>${started}; sleep 311; true' &\n( setsid sleep 312 & )\nsleep 313\n`;
      const running = () =>
        execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
          .split('\n')
          .filter((line) => /^sleep 31[123]$/.test(line));
      const control = new AbortController();
      const ended = runOn(box, fence(text, { interpreter, signal: control.signal }));
      await until(() => running().length === 3, 'all three programs run', 20_000);
      // A fence of the same box that is not ended keeps what it started.
      const kept = await runOn(box, fence('setsid sleep 314 >/dev/null 2>&1 &\n', { interpreter }));
      expect(kept.end).toEqual({ kind: 'exit', code: 0 });
      control.abort();
      expect((await ended).end).toEqual({ kind: 'aborted' });
      expect(running()).toEqual([]);
      execFileSync('pkill', ['-x', '-f', 'sleep 314']);
    },
  );

  test('opens a second connection if sshd allows one session per connection', async () => {
    const box = await open(await sshd({ config: ['MaxSessions 1'] }));
    const outputs = await Promise.all([1, 2].map((n) => runOn(box, fence(`sleep 0.3; echo ${n}`))));
    expect(outputs.map(({ output }) => output)).toEqual(['1\n', '2\n']);
  });

  test('warns about a clock that is far off', async () => {
    const path = folder();
    writeFileSync(join(path, 'date'), '#!/bin/sh\necho 86400\n', { mode: 0o755 });
    // bash has its own clock, which cannot be faked; any other shell runs `date`.
    const box = await open(await sshd({ env: { PATH: `${path}:${pathWithoutBash()}` } }));
    expect(box.remarks).toMatchObject([{ code: 'clock-skew', severity: 'warning' }]);
  });

  test('passes bytes unchanged in a locale that is not UTF-8', async () => {
    const box = await open(await sshd({ env: { LANG: 'C', LC_ALL: 'POSIX' } }));
    const said = await runOn(box, fence('export NAME=\'Zoë ✓\'; echo "$NAME"'));
    expect(said).toMatchObject({ end: { kind: 'exit', code: 0 }, output: 'Zoë ✓\n' });
    expect(await runOn(box, fence('echo "$NAME" | wc -c', { state: said.state! }))).toMatchObject({
      output: '9\n',
    });
    await box.write('ö/✓', Buffer.from('grün\n'), { mode: 0o644 });
    expect((await box.read('ö/✓'))?.toString()).toBe('grün\n');
  });

  test('a fence fails at once if sudo asks for a password', async (context) => {
    context.skip(spawnSync('sudo', ['-V']).status !== 0, 'sudo is not installed');
    context.skip(spawnSync('runuser', ['-V']).status !== 0, 'runuser is not installed');
    const box = await open(await sshd());
    const asked = await runOn(box, fence('runuser -u nobody -- sudo true', { timeoutMs: 20_000 }));
    expect(asked.end).toEqual({ kind: 'exit', code: 1, line: 1 });
    expect(asked.output).toMatch(/a terminal is required|a password is required|askpass/);
  });

  // Installed POSIX shells. Debian's dash has not changed in years and adds no features.
  test.for(['dash', 'busybox', 'posh', 'mksh', 'yash'])('its sh is %s', async (shell, context) => {
    const real = spawnSync('sh', ['-c', `command -v ${shell}`], { encoding: 'utf8' }).stdout.trim();
    context.skip(real === '', `${shell} is not installed`);
    const path = folder();
    symlinkSync(real, join(path, 'sh'));
    const box = await open(await sshd({ env: { PATH: `${path}:/usr/bin:/bin` } }));
    const first = await runOn(box, fence('export A="x\ny"; cd /; exit 3'));
    expect(first).toMatchObject({ end: { kind: 'exit', code: 3 }, state: { cwd: '/' } });
    expect(await runOn(box, fence('echo "$A"', { state: first.state! }))).toMatchObject({ output: 'x\ny\n' });
    await box.write('a/file', Buffer.from("it's\n"), { mode: 0o640 });
    expect(await box.status('a/file')).toMatchObject({ kind: 'file', mode: 0o640, bytes: 5 });
    expect((await box.exec(OwnProgram.make({ run: 'echo out; exit 4' }))).code).toBe(4);
    const lock = await box.state.lock({ command: 'replay', document: '/d/A.md', now: Date.now });
    expect(lock.kind).toBe('acquired');
  });

  test('without bash, sh carries state and files, and a bash fence reports that bash is missing', async () => {
    const box = await open(await sshd({ env: { PATH: pathWithoutBash() } }));
    const sh = { interpreter: ['sh'] };
    const first = await runOn(box, fence('echo hi; export A="x\ny"; cd /; exit 3', sh));
    expect(first).toMatchObject({ end: { kind: 'exit', code: 3 }, output: 'hi\n', state: { cwd: '/' } });
    expect(await runOn(box, fence('echo "$A $PWD"', { ...sh, state: first.state! }))).toMatchObject({
      output: 'x\ny /\n',
    });
    expect((await box.run(fence('echo hi'))).end).toEqual({
      kind: 'unstartable',
      reason: 'bash is not installed on this box',
    });
    await box.write('a/file', Buffer.from("it's\n"), { mode: 0o640 });
    expect((await box.read('a/file'))?.toString()).toBe("it's\n");
    expect(await box.status('a/file')).toMatchObject({ kind: 'file', mode: 0o640, bytes: 5 });
    const ended = await box.run(fence('sleep 61.5 & sleep 61.5', { ...sh, timeoutMs: 300 }));
    expect(ended.end).toEqual({ kind: 'timeout', afterMs: 300 });
    await until(() => running('sleep 61.5') === 0, 'the fence is gone');
    const background = await box.background(fence('exec sleep 62.5', sh), 'log');
    expect(await box.alive(background)).toBe(true);
    await box.stop(background);
    expect(await box.alive(background)).toBe(false);
  });
});

/** Endless bytes without NUL. */
const FLOOD = "exec tr '\\\\0' x </dev/zero";

describeWithSshd('what sends without end is cut off, and memory stays small', () => {
  const before = process.memoryUsage().rss;
  const grown = () => (process.memoryUsage().rss - before) / 1024 / 1024;

  test.for(['', ' >&2'])('instead of a greeting%s', async (to) => {
    const box = await sshd({ config: [`ForceCommand ${FLOOD}${to}`] });
    expect(await refusal(open(box))).toMatchObject({
      exit: 3,
      code: 'box-floods',
      message: expect.stringContaining(`${box.target} was disconnected`),
    });
    expect(grown()).toBeLessThan(300);
  });

  test('as a record: the step is interrupted and the box is lost', async () => {
    const box = await open(await sshd());
    const state = await box.state.openCounter('0123456789abcdef');
    const huge = 'x=$(printf %65536s); for i in 1 2 3 4 5 6 7 8 9; do x=$x$x; done; export x';
    const { end } = await box.run(fence(huge));
    expect(end).toEqual({
      kind: 'disconnected',
      reason: expect.stringContaining('was lost: it sent a record of more than 16 MiB'),
    });
    expect(() => state.set(7)).toThrow(expect.objectContaining({ exit: 3 }));
    expect(grown()).toBeLessThan(300);
  });

  test('as the output of a program: the program is stopped and the box stays usable', async () => {
    const box = await open(await sshd());
    expect(await box.exec(OwnProgram.make({ run: 'cat /dev/zero' }))).toMatchObject({ code: 141 });
    expect((await box.exec(OwnProgram.make({ run: 'echo on' }))).stdout.toString()).toBe('on\n');
    expect(grown()).toBeLessThan(500);
  });

  test('while relaying a connection or sending large input', async () => {
    const flag = join(folder(), 'flood');
    const force = `if [ -e ${flag} ]; then ${FLOOD}; fi; eval "$SSH_ORIGINAL_COMMAND"`;
    const box = await open(await sshd({ config: [`ForceCommand ${force}`] }));
    writeFileSync(flag, '');
    await expect(box.connect('127.0.0.1', 9)).rejects.toThrow(/EPROTO .*wrote more than 64 KiB/);
    expect(await box.exec(OwnProgram.make({ run: 'cat', input: Buffer.alloc(1024 * 1024) }))).toMatchObject({
      code: 141,
    });
    expect(grown()).toBeLessThan(500);
  });
});

describeWithSshd('nothing is left behind', () => {
  test('a lost connection ends what runs on the box, and the fence is reported as interrupted', async () => {
    const host = await sshd();
    const box = await open(host);
    const state = await box.state.openCounter('0123456789abcdef');
    const run = box.run(fence('echo up >up; sleep 63.5 & sleep 63.5'));
    await until(() => running('sleep 63.5') === 2, 'it runs');
    host.cut();
    expect((await run).end).toMatchObject({ kind: 'disconnected' });
    await until(() => running('sleep 63.5') === 0, 'nothing runs there');
    expect(() => state.set(7)).toThrow(expect.objectContaining({ exit: 3 }));
    expect((await box.run(fence('true'))).end).toMatchObject({ kind: 'disconnected' });
    expect(await box.exec(OwnProgram.make({ run: 'true' }))).toMatchObject({ code: 255 });
  });

  test('a background process outlives the box, and can be found and stopped after reopening it', async () => {
    const host = await sshd();
    const first = await open(host);
    const background = await first.background(
      fence('set -m; sleep 64.5 & exec sleep 64.5'),
      'logs/server.log',
    );
    await first.close();
    expect(running('sleep 64.5')).toBe(2);
    const second = await open(host);
    expect(await second.alive(background)).toBe(true);
    expect(await second.alive({ ...background, start: `${background.start}0` })).toBe(false);
    await second.stop(background);
    expect(running('sleep 64.5')).toBe(0);
    await expect(second.background(fence('x', { interpreter: ['no-such'] }), 'log')).rejects.toThrow(
      'no such'.replace(' ', '-'),
    );
  });

  test('a session’s folder and lock are removed with it', async () => {
    const host = await sshd();
    const first = await open(host);
    const mine = await first.state.lock({ command: 'replay', document: '/d/A.md', now: Date.now });
    expect(mine.kind).toBe('acquired');
    const second = await open(host);
    const theirs = await second.state.lock({ command: 'undo', document: '/d/A.md', now: Date.now });
    expect(theirs).toMatchObject({ kind: 'held', diagnostic: { code: 'lock-held' } });
    host.cut();
    await host.restart();
    const third = await open(host);
    await expect
      .poll(async () => (await third.state.lock({ command: 'replay', document: 'x', now: Date.now })).kind)
      .toBe('acquired');
  });

  test('the lock of a session that lost its connection is taken over by the same rules as locally', async () => {
    const host = await sshd();
    mkdirSync(host.state, { recursive: true });
    const dead = {
      pid: 999_999,
      start: '1',
      boot: 'another',
      user: 'x',
      command: 'replay',
      document: 'd',
      since: 's',
    };
    writeFileSync(join(host.state, 'lock'), JSON.stringify({ ...dead, word: 'w' }));
    const box = await open(host);
    const lock = await box.state.lock({ command: 'replay', document: 'x', now: Date.now });
    expect(lock.kind).toBe('acquired');
    const { acquireLock } = await import('../../../src/journal/lock/lock.ts');
    const here = acquireLock({ stateFolder: host.state, command: 'replay', document: 'y', now: Date.now });
    expect(here).toMatchObject({ kind: 'held' });
    if (lock.kind === 'acquired') lock.release();
    await expect
      .poll(
        () => acquireLock({ stateFolder: host.state, command: 'replay', document: 'y', now: Date.now }).kind,
      )
      .toBe('acquired');
  });
});

function running(command: string): number {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'stat=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => /^[^Z]\S*\s+/.test(line) && line.replace(/^\S+\s+/, '') === command).length;
}
