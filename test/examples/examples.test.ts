import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyExample } from '../support/copy-example.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A copy of an example in a folder of its own, and the built command run in it as a stranger would. */
async function example(name: string) {
  const root = await mkdtemp(join(tmpdir(), 'runbook-example-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, name);
  copyExample(name, folder);
  const env = { RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box'), PORT: '18093' };
  return {
    folder,
    runbook: (...args: string[]) =>
      execa(process.execPath, [join(ROOT, 'dist/bin.js'), ...args], {
        cwd: folder,
        env,
        reject: false,
        stdin: 'ignore',
      }),
  };
}

describe('examples/first-steps', () => {
  test('serves its page, skips the second time, serves a new page after an edit, and is undone', async () => {
    const { folder, runbook } = await example('first-steps');
    onTestFinished(() => runbook('undo', '--yes').then(() => {}));
    expect((await runbook('replay', '--yes')).exitCode).toBe(0);
    expect(await (await fetch('http://127.0.0.1:18093/')).text()).toContain('Hello from a runbook');
    expect((await runbook('replay', '--yes')).stdout).toContain('nothing to do, 4 skipped');

    expect((await runbook('replay', '--yes', '--input', 'GREETING=Good evening')).exitCode).toBe(0);
    expect(await (await fetch('http://127.0.0.1:18093/')).text()).toContain('Good evening');
    expect((await runbook('verify', '--yes', '--input', 'GREETING=Good evening')).exitCode).toBe(0);

    expect((await runbook('undo', '--yes')).exitCode).toBe(0);
    await expect(fetch('http://127.0.0.1:18093/')).rejects.toThrow();
    await expect(readFile(join(folder, 'site/index.html'))).rejects.toThrow();
  });
});

describe('examples/restore', () => {
  test('restores, uses measured values, and finds a manually changed file', async () => {
    const { folder, runbook } = await example('restore');
    const document = join(folder, 'AUTODOCK.md');
    await writeFile(document, (await readFile(document, 'utf8')).replace('`nproc`', '`echo 3`'));
    expect((await runbook('facts', '--yes')).exitCode).toBe(2);
    expect((await runbook('facts', '--yes', '--write')).exitCode).toBe(0);
    expect((await runbook('replay', '--yes')).exitCode).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'server/player.json'), 'utf8'))).toEqual({
      readAheadMegabytes: 8,
      workers: 3,
    });
    expect((await runbook('verify', '--yes')).exitCode).toBe(0);

    await appendFile(join(folder, 'server/player.json'), '// by hand\n');
    await appendFile(join(folder, 'server/library/titles.txt'), 'Briefe\n');
    const verify = await runbook('verify', '--yes');
    expect(verify.exitCode).toBe(2);
    expect(verify.stdout).toContain('server/player.json');
    const mended = await runbook('replay', '--yes');
    expect(mended.stdout).toContain('drifted');
    expect((await runbook('verify', '--yes')).exitCode).toBe(0);
  });

  test('stops at a damaged backup before restoring anything, and names the problem', async () => {
    const { folder, runbook } = await example('restore');
    await appendFile(join(folder, 'backup/2026-11-01/library/titles.txt'), 'x');
    const told = await runbook('replay', '--yes');
    expect(told.exitCode).toBe(1);
    expect(told.stdout + told.stderr).toContain('The backup is damaged');
    await expect(readFile(join(folder, 'server/library/titles.txt'))).rejects.toThrow();
  });
});

describe('the built command', () => {
  test('reads .env, --env-file and a regular expression in the bundle', async () => {
    const { folder, runbook } = await example('loose');
    const inputs =
      '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n| TOKEN | secret | yes | | x |\n';
    const step =
      '### One\n\nWhy: x\n\n```bash\nprintf %s "$TOKEN" | wc -c > size\n```\n\nVerify:\n\n```check\nfile size matches /^20\\s*$/\n```\n';
    await writeFile(join(folder, 'AUTODOCK.md'), `---\nrunbook: 1\n---\n\n${inputs}\n## Steps\n\n${step}`);
    await writeFile(join(folder, '.env'), 'TOKEN=correct-horse-battery\n', { mode: 0o600 });
    expect((await runbook('replay', '--yes')).exitCode).toBe(1);
    await writeFile(join(folder, 'other.env'), 'TOKEN="twenty characters ok"\n', { mode: 0o600 });
    const told = await runbook('replay', '--yes', '--env-file', 'other.env');
    expect(told.stdout).toContain('done: 1 acted');
  });
});

describe('examples/loose', () => {
  test('an ordinary README runs only with --loose', async () => {
    const { folder, runbook } = await example('loose');
    expect((await runbook('replay', 'README.md', '--yes')).exitCode).toBe(65);
    expect((await runbook('replay', 'README.md', '--loose')).exitCode).toBe(3);
    const told = await runbook('replay', 'README.md', '--loose', '--yes');
    expect(told.exitCode).toBe(0);
    expect((await readFile(join(folder, 'work/count.txt'), 'utf8')).trim()).toBe('9');
  });

  test('fails if the output differs from the document', async () => {
    const { folder, runbook } = await example('loose');
    const document = join(folder, 'README.md');
    await writeFile(
      document,
      (await readFile(document, 'utf8')).replace('head -n 1 text.txt', 'echo entirely different'),
    );
    expect((await runbook('replay', 'README.md', '--loose', '--yes')).exitCode).toBe(1);
  });
});
