import { execFileSync } from 'node:child_process';
import { appendFile, chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runbook, scenario } from '../support/scenario.ts';

const fence = (text: string) => `~~~bash\n${text}\n~~~\n`;
const INPUTS =
  '## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n';
const ran = runbook({ one: fence('echo ran >> log') });

/** What a refusal must be: its exit code and diagnostic, with a remedy, and nothing run or written. */
async function refused(text: string, input: Record<string, unknown>, exit: number, code: string, env = {}) {
  const scene = await scenario(text, { env });
  const told = await scene.replay(input);
  expect({ exit: told.exit, codes: told.diagnostics.map((each) => each.code) }).toEqual({
    exit,
    codes: expect.arrayContaining([code]),
  });
  for (const each of told.diagnostics) expect(each.remedy).not.toBe('');
  expect(await scene.ran()).toEqual([]);
  expect(await readdir(scene.folder)).not.toContain('.runbook');
  return told;
}

describe('refuses a document that cannot run, and writes nothing', () => {
  test('missing file', () => refused(ran, { file: 'none.md' }, 64, 'no-such-file'));
  test('directory', () => refused(ran, { file: '.' }, 64, 'is-a-directory'));
  test('loose without --loose', () => refused('# Hi\n\n```bash\necho x\n```\n', {}, 65, 'loose-document'));
  test('unknown step', () => refused(ran, { only: 'onee' }, 64, 'unknown-step'));
  test('a cycle of Needs', () =>
    refused(
      runbook({ a: `Needs: b\n\n${fence('x')}`, b: `Needs: a\n\n${fence('x')}` }),
      {},
      65,
      'needs-circle',
    ));
  test('undeclared name', () =>
    refused(runbook({ a: '~~~text {"file":"x"}\n${NOWHERE_DECLARED}\n~~~\n' }), {}, 65, 'undeclared-name'));
  test('missing secret', async () => {
    const told = await refused(
      runbook({ a: fence('echo "$TOKEN"') }, `${INPUTS}| TOKEN | secret | yes | | to log in |\n`),
      {},
      3,
      'missing-input',
    );
    expect(told.diagnostics[0]?.message).toContain('TOKEN');
    expect(told.diagnostics[0]?.remedy).toContain('.env');
  });
  test('a secret on the command line', () =>
    refused(
      runbook({ a: fence('echo "$TOKEN"') }, `${INPUTS}| TOKEN | secret | yes | | x |\n`),
      { input: { TOKEN: 'x' } },
      64,
      'secret-as-argument',
    ));
  test('missing tool', () =>
    refused(ran.replace('runbook: 1', 'runbook: 1\nrequires: [no-such-tool-here]'), {}, 3, 'missing-tool'));
  test('a tool too old', () =>
    refused(ran.replace('runbook: 1', 'runbook: 1\nrequires: ["node >= 999"]'), {}, 3, 'tool-version'));
  test('no free disk space', () =>
    refused(ran.replace('runbook: 1', 'runbook: 1\nrequires: ["disk >= 999TB"]'), {}, 3, 'disk-space'));
  test('not approved, without a terminal', async () => {
    const scene = await scenario(ran);
    const told = await scene.run('replay');
    expect([told.exit, told.diagnostics[0]?.code]).toEqual([3, 'not-approved']);
    expect(await scene.ran()).toEqual([]);
    await scene.run('approve');
    expect((await scene.run('replay')).exit).toBe(0);
    await scene.write('AUTODOCK.md', ran.replace('echo ran', 'echo evil'));
    expect((await scene.run('replay')).diagnostics[0]?.code).toBe('not-approved');
  });
  test.each([
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]), 'binary-file'],
    ['invalid UTF-8', Buffer.concat([Buffer.from(ran), Buffer.from([0xff, 0xfe, 0x0a])]), 'invalid-utf8'],
    ['50 MB', Buffer.alloc(50 * 1024 * 1024, 'a\n'), 'too-large'],
  ])('%s', async (_, bytes, code) => {
    const scene = await scenario(ran);
    await writeFile(scene.path('AUTODOCK.md'), bytes);
    const told = await scene.replay();
    expect([told.exit, told.diagnostics[0]?.code]).toEqual([65, code]);
    expect(await scene.ran()).toEqual([]);
  });
  test('an unclosed fence runs nothing', async () => {
    const scene = await scenario('---\nrunbook: 1\n---\n\n## Steps\n\n### one\n\n```bash\necho ran >> log\n');
    const told = await scene.replay();
    expect(told.exit).toBe(65);
    expect(told.diagnostics[0]?.place).toMatchObject({ line: 9 });
    expect(await scene.ran()).toEqual([]);
  });
  test('reads ten thousand nested quotes in time', async () => {
    const scene = await scenario(`${ran}\n${'> '.repeat(10_000)}deep\n`);
    expect((await scene.replay()).exit).toBe(0);
  });
});

const root = process.getuid?.() === 0;

describe('a broken environment', () => {
  test('runs nothing if the folder is not writable', async () => {
    const scene = await scenario(ran);
    await mount(scene.folder, 'ro');
    const told = await scene.replay({ file: 'AUTODOCK.md' });
    expect(told.exit).toBe(3);
    expect(told.diagnostics[0]?.remedy).not.toBe('');
  });

  test('keeps the confirmed step when the disk is full, and continues once space is free', async () => {
    const scene = await scenario(ran);
    await mount(scene.folder, 'size=256k');
    await scene.write(
      'AUTODOCK.md',
      runbook({
        one: fence('echo one >> "$OUT"'),
        two: fence(
          'export BIG=$(head -c 9000 /dev/zero | tr "\\0" x); [ -e ../once ] || { touch ../once; head -c 300k /dev/zero > filler || true; }; echo two >> "$OUT"',
        ),
        three: fence('echo three >> "$OUT"'),
      }),
    );
    const out = scene.path('../out');
    process.env.OUT = out;
    onTestFinished(() => {
      delete process.env.OUT;
    });
    const told = await scene.replay();
    expect(told.exit).toBe(3);
    execFileSync('rm', [scene.path('filler')]);
    expect((await scene.replay()).exit).toBe(0);
    const lines = (await scene.read('../out')).trim().split('\n');
    expect(lines[0]).toBe('one');
    expect(lines.filter((line) => line === 'one')).toHaveLength(1);
    expect(lines.at(-1)).toBe('three');
  });

  test('confirms a step that runs in parallel while the disk is full', async () => {
    const scene = await scenario(ran);
    await mount(scene.folder, 'size=256k');
    await scene.write(
      'AUTODOCK.md',
      runbook({
        full: `Needs: none\n\n${fence(
          'export BIG=$(head -c 9000 /dev/zero | tr "\\0" x); head -c 400k /dev/zero > filler || true; touch ../go',
        )}`,
        beside: `Needs: none\n\n${fence('until [ -e ../go ]; do sleep 0.02; done; sleep 0.3; rm filler')}`,
      }),
    );
    const told = await scene.replay({ jobs: 2 });
    expect([told.exit, told.diagnostics[0]?.code]).toEqual([3, 'disk-full']);
    const lines = (await readdir(scene.path('.runbook'))).filter((each) => each.endsWith('.jsonl'));
    expect(await scene.read(`.runbook/${lines[0]}`)).toContain('"kind":"confirmed","step":"beside"');
  });

  test('a pass keeps to the document that it read, and keeps an edit made meanwhile', async () => {
    const scene = await scenario(
      runbook({
        one: fence('echo "" >> AUTODOCK.md; echo "A note." >> AUTODOCK.md; echo one >> log'),
        two: fence('echo two >> log'),
      }),
    );
    expect((await scene.replay()).exit).toBe(0);
    expect(await scene.ran()).toEqual(['one', 'two']);
    expect(await scene.read('AUTODOCK.md')).toContain('A note.');
  });

  test('replays a read-only document', async () => {
    const scene = await scenario(ran);
    await chmod(scene.path('AUTODOCK.md'), 0o444);
    expect((await scene.replay()).exit).toBe(0);
  });

  test('refuses a journal of a newer version', async () => {
    const scene = await scenario(ran);
    await scene.replay();
    const [name] = (await readdir(scene.path('.runbook'))).filter((each) => each.endsWith('.jsonl'));
    await appendFile(scene.path(`.runbook/${name}`), '{"v":99,"seq":50,"kind":"other"}\n');
    const told = await scene.replay();
    expect(told.exit).toBe(3);
    expect(await scene.ran()).toEqual(['ran']);
  });

  /** Puts a small or read-only file system under a folder, with what is in it. */
  async function mount(folder: string, options: string): Promise<void> {
    if (!root) throw new Error('this test mounts a file system and must run as root');
    const content = execFileSync('cat', [`${folder}/AUTODOCK.md`]);
    await mkdir(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', options === 'ro' ? 'size=1m' : options, 'tmpfs', folder]);
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    await writeFile(`${folder}/AUTODOCK.md`, content);
    if (options === 'ro') execFileSync('mount', ['-o', 'remount,ro', folder]);
  }
});
