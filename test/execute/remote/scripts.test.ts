import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isAliveRemote, startRemote, stopRemote } from '../../../src/execute/remote/remote-background.ts';
import {
  type RunOnRemote,
  readRemote,
  statusRemote,
  writeRemote,
} from '../../../src/execute/remote/remote-files.ts';
import { Approved } from '../../../src/model/approved.ts';
import { EMPTY_STATE } from '../../../src/model/shell.ts';
import { runProgram } from '../../../src/program/run-program.ts';
import { temporaryFolder } from '../box.ts';

const content = (text: string) => Buffer.from(text);

describe.each([
  { name: 'dash', shell: ['dash'] },
  { name: 'bash', shell: ['bash', '--posix'] },
  { name: 'busybox sh', shell: ['busybox', 'sh'] },
])('the scripts for other boxes, in $name', ({ name, shell }) => {
  /** As a box does that is reached over ssh: the script is text, and its input is separate. */
  const run: RunOnRemote = async ({ run: script, input, timeoutMs }) => {
    const program = [...shell, '-c', String(script)];
    const end = await runProgram(program, { input, timeoutMs });
    return { code: end.code, stdout: end.bytes, stderr: end.stderr };
  };
  let isThere = true;
  beforeAll(async () => {
    isThere = (await runProgram([...shell, '-c', ':'])).code === 0;
  });
  const scene = (context: { skip(reason: string): void }) => {
    if (!isThere) context.skip(`${name} is not installed`);
    return temporaryFolder();
  };

  it('write a file with any content and name, its mode and its missing folders', async (context) => {
    const path = join(scene(context), 'a b/$(id) \'".txt');
    const bytes = Buffer.from([0, 1, 255, 10, 10]);
    await writeRemote(run, path, bytes, { mode: 0o640 });
    expect(readFileSync(path)).toEqual(bytes);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    expect(await readRemote(run, path)).toEqual(bytes);
    expect(await statusRemote(run, path)).toMatchObject({ kind: 'file', mode: 0o640, bytes: 5 });
  });

  it('write through a symlink, and keep the old file where it cannot be replaced', async (context) => {
    const folder = scene(context);
    writeFileSync(join(folder, 'old'), 'old');
    symlinkSync('old', join(folder, 'link'));
    await writeRemote(run, join(folder, 'link'), content('new'), { mode: 0o600 });
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('new');
    symlinkSync('round', join(folder, 'round'));
    const loop = writeRemote(run, join(folder, 'round'), content('x'), { mode: 0o600 });
    await expect(loop).rejects.toMatchObject({ code: 'ELOOP' });
    mkdirSync(join(folder, 'sub'));
    const dir = writeRemote(run, join(folder, 'sub'), content('x'), { mode: 0o600 });
    await expect(dir).rejects.toMatchObject({ code: 'EISDIR' });
    const owner = writeRemote(run, join(folder, 'old'), content('x'), { mode: 0o600, owner: 'no-such-user' });
    await expect(owner).rejects.toMatchObject({ code: 'EINVAL' });
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['link', 'old', 'round', 'sub']);
  });

  it('start a process in the background, know whether it runs, and stop it', async (context) => {
    const folder = scene(context);
    const log = join(folder, 'logs', "a 'b'.log");
    const text = 'echo started; sleep 100 & wait';
    const fence = {
      code: Approved.make({ interpreter: ['sh'], text }),
      state: EMPTY_STATE,
      cwd: folder,
      scratch: '',
      terminal: false,
    };
    const background = await startRemote(run, { ...fence, capture: false }, log);
    expect(await isAliveRemote(run, background)).toBe(true);
    expect(await isAliveRemote(run, { ...background, start: 'another' })).toBe(false);
    await stopRemote(run, background);
    expect(await isAliveRemote(run, background)).toBe(false);
    expect(readFileSync(log, 'utf8')).toBe('started\n');
  });

  it('know and stop what runs as another user, through sudo', async (context) => {
    const folder = scene(context);
    const code = Approved.make({ interpreter: ['sh'], text: 'sleep 100 & echo started' });
    const fence = { code, state: EMPTY_STATE, cwd: folder, scratch: '', terminal: false, capture: false };
    const background = await startRemote(run, fence, join(folder, 'logs', 'a.log'));
    // Only the group is left. This user may not signal it.
    const denied = 'kill() { return 1; }\nsudo() { shift; command "$@"; }\n';
    const other: RunOnRemote = (program) => run({ ...program, run: `${denied}${program.run}` });
    await expect.poll(async () => readFileSync(background.log, 'utf8')).toBe('started\n');
    expect(await isAliveRemote(other, background)).toBe(true);
    await stopRemote(other, background);
    expect(await isAliveRemote(other, background)).toBe(false);
  });
});
