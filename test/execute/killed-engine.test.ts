import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processTable } from '../../src/execute/process-table.ts';
import SHELL_START from '../../src/execute/shell/scripts/shell-start.bash.sh';
import { SHELL_LOOP } from '../../src/execute/shell/shell-script.ts';
import { temporaryFolder, until } from './box.ts';
import { writeEngine } from './engine.ts';

const RUN_ALL = 'for (const text of args.slice(1)) await box.run(fence(text, args[0]));';

const running = (folder: string, name: string) => {
  const file = join(folder, name);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  return processTable().some((row) => row.pid === pid && !row.zombie);
};

describe.each([
  ['in a subshell', 'bash', 'x=1; sleep 60 & echo $! >pid; sleep 60; touch went-on\n'],
  ['as another interpreter', 'sh', 'sleep 60 & echo $! >pid; sleep 60; touch went-on\n'],
  ['deaf to signals', 'bash', "trap '' TERM HUP INT; sleep 60 & echo $! >pid; wait; sleep 60\n"],
])('an engine killed by -9 with a fence %s', (_kind, interpreter, text) => {
  test('takes the fence with it within a second, and no process of earlier fences', async () => {
    const folder = temporaryFolder();
    const script = await writeEngine(folder, RUN_ALL);
    const earlier = 'sleep 30 >/dev/null 2>&1 & echo $! >earlier\n';
    const child = spawn(process.execPath, [script, folder, interpreter, earlier, text], { stdio: 'ignore' });
    await until(() => running(folder, 'pid'), 'the fence runs', 10_000);
    const before = processTable()
      .filter((row) => row.parent === child.pid)
      .map((row) => row.pid);
    child.kill('SIGKILL');
    await until(() => !running(folder, 'pid'), 'the fence is gone', 1_000);
    await until(
      () => !processTable().some((row) => before.includes(row.pid) && !row.zombie),
      'so is its host',
      1_000,
    );
    expect(existsSync(join(folder, 'went-on'))).toBe(false);
    expect(running(folder, 'earlier')).toBe(true);
    process.kill(Number(readFileSync(join(folder, 'earlier'), 'utf8')));
  });
});

test('an engine killed by -9 while a shell starts leaves no shell', async () => {
  const hosts = Array.from({ length: 200 }, () => temporaryFolder());
  for (const [at, folder] of hosts.entries()) {
    const child = spawn('bash', ['--noprofile', '--norc', '-c', SHELL_LOOP, 'bash', folder, SHELL_START], {
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore', 'pipe'],
    });
    await once(child.stdout!, 'data');
    await new Promise((resolve) => setTimeout(resolve, at % 4));
    // Closes the pipes as the death of the engine would.
    for (const stream of child.stdio) stream?.destroy();
  }
  const left = () => hosts.filter((folder) => existsSync(folder));
  await until(() => left().length === 0, 'every host is gone, and its folder', 10_000);
});

test('an engine killed by -9 during a plain fence does not run the next line', async () => {
  const folder = temporaryFolder();
  const script = await writeEngine(folder, RUN_ALL);
  writeFileSync(join(folder, 'long.sh'), 'echo $$ >pid\nexec sleep 60\n');
  const child = spawn(process.execPath, [script, folder, 'bash', 'sh long.sh\ntouch went-on\n'], {
    stdio: 'ignore',
  });
  await until(() => running(folder, 'pid'), 'the fence runs', 10_000);
  child.kill('SIGKILL');
  await until(() => !running(folder, 'pid'), 'the fence is gone', 1_000);
  expect(existsSync(join(folder, 'went-on'))).toBe(false);
});
