import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registrySecret } from '../../src/cluster/apply/registry-secret.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** Everything that a script carries: exports, the directory, files with values, needs, secrets, a background process, an obstacle. */
const DOCUMENT = runbook(
  {
    'Make the folder': `~~~bash
mkdir -p site
cd site
export SITE="$PWD" ODD="it's \\"odd\\" & \\$HOME"
echo make >>"$LOG"
exit 0
~~~

Verify:

~~~check
file site exists
~~~

Undo:

~~~bash
rm -rf "$SITE"
~~~`,
    'Write the page': `~~~text {"file":"site/page.txt","mode":"0640"}
\${GREETING} \${HOME} $\${GREETING} \`date\` $(date) back\\slash
~~~`,
    'A stale file is in the way': `Symptom: \`a stale file is there\`

Fix:

~~~bash
rm "$SITE/stale"
echo fix >>"$LOG"
~~~

Verify:

~~~check
file site/stale absent
~~~`,
    Build: `Needs: write-the-page

~~~sh {"cwd":"site"}
test ! -e stale
printf '%s\\n' "$ODD" >odd.txt
printf '%s\\n' "$TOKEN" | wc -c >length.txt
echo build >>"$LOG"
~~~

Verify:

~~~check
file site/odd.txt matches /it's ".d+"/
not file site/odd.txt contains "nothing"
file site/length.txt lines = 1
~~~

~~~bash
test "$(basename "$PWD")" = site
~~~`,
    Serve: `~~~bash {"background":"true"}
exec sleep 600
~~~

~~~python {"interpreter":"python3"}
import os
open(os.environ["SITE"] + "/python.txt", "w").write("python\\n")
~~~

Verify:

~~~check
file \${SITE}/python.txt exists within 5s
~~~`,
  },
  `## Inputs

| Name | Kind | Required | Default |
| --- | --- | --- | --- |
| GREETING | variable | no | it's "odd" & $new |
| TOKEN | secret | yes | |
| LOG | variable | yes | |
`,
);

const SECRET = 'hunter2-hunter2';

/** The script in a folder of its own, and how to run it. */
async function exported(scene: Scenario, shell: readonly string[]) {
  const folder = join(scene.folder, 'out');
  const state = join(scene.folder, '../state');
  const run = (env: Record<string, string> = {}, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(shell[0]!, [...shell.slice(1), 'runbook.sh', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, XDG_STATE_HOME: state, TOKEN: SECRET, LOG: join(scene.folder, 'log'), ...env },
    });
    return {
      status,
      stderr,
      steps: stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(/\s+/g, ' ').trim()),
    };
  };
  return { folder, state, run };
}

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

describe.each([[['dash']], [['bash', '--posix']], [['busybox', 'sh']]])(
  'the exported script in %j',
  (shell) => {
    const missing = spawnSync(shell[0]!, ['-c', ':']).error !== undefined;

    it('does what a replay does, then nothing, and acts again on what changed', {
      timeout: 120_000,
    }, async (context) => {
      if (missing) context.skip(`${shell[0]} is not installed`);
      const scene = await scenario(DOCUMENT, { env: { TOKEN: SECRET, LOG: '/dev/null' } });
      const { exit, report } = await scene.run('export', { format: 'shell', output: 'out' });
      expect([exit, report.losses]).toEqual([0, []]);
      const { folder, state, run } = await exported(scene, shell);

      const first = run();
      expect(first).toMatchObject({ status: 0, stderr: '' });
      expect((await scene.replay()).exit).toBe(0);
      const produced = (root: string) =>
        filesOf(join(root, 'site')).map((path) => [path.slice(root.length), readFileSync(path, 'utf8')]);
      expect(produced(folder)).toEqual(produced(scene.folder));
      expect(readFileSync(join(folder, 'site/page.txt'), 'utf8')).toBe(
        'it\'s "odd" & $new ${HOME} ${GREETING} `date` $(date) back\\slash\n',
      );
      expect((await stat(join(folder, 'site/page.txt'))).mode & 0o777).toBe(0o640);
      expect(await scene.ran()).toEqual(['make', 'build']);

      expect(run().steps).toEqual([
        'skip make-the-folder',
        'skip write-the-page',
        'skip build',
        'skip serve',
        'done',
      ]);
      expect(await scene.ran()).toHaveLength(2);

      await rm(join(folder, 'site/odd.txt'));
      await writeFile(join(folder, 'site/stale'), '');
      expect(run().steps).toEqual([
        'skip make-the-folder',
        'skip write-the-page',
        'run build drifted',
        'fix build A stale file is in the way',
        'ok build',
        'skip serve',
        'done',
      ]);
      expect(run({ GREETING: 'Hi' }).steps).toEqual([
        'skip make-the-folder',
        'run write-the-page other inputs',
        'ok write-the-page',
        'run build something it needs has acted',
        'ok build',
        'skip serve',
        'done',
      ]);

      for (const path of [...filesOf(folder), ...filesOf(state)])
        expect(readFileSync(path, 'utf8'), path).not.toContain(SECRET);
      expect((await scene.run('undo', { yes: true })).exit).toBe(0);
      expect(run({}, 'undo')).toMatchObject({ status: 0 });
      expect(filesOf(folder).map((path) => path.slice(folder.length))).toEqual([
        '/.runbook-export.json',
        '/runbook.sh',
      ]);
    });

    it('stops at a failed step, and begins with it the next time', async (context) => {
      if (missing) context.skip(`${shell[0]} is not installed`);
      const scene = await scenario(
        runbook({
          One: '~~~bash\ntouch one\n~~~',
          Two: '~~~bash\ntest -e ready\n~~~',
          Three: '~~~bash\ntouch three\n~~~',
        }),
      );
      await scene.run('export', { format: 'shell', output: 'out' });
      const { folder, run } = await exported(scene, shell);
      expect(run()).toMatchObject({
        status: 1,
        steps: ['run one new here', 'ok one', 'run two new here'],
        stderr: 'stop two failed\n'.replace('stop two', 'stop   two'),
      });
      await writeFile(join(folder, 'ready'), '');
      expect(run().steps).toEqual([
        'skip one',
        'run two did not finish before',
        'ok two',
        'run three new here',
        'ok three',
        'done',
      ]);
    });
  },
);

it('names the inputs that are missing', async () => {
  const scene = await scenario(DOCUMENT);
  await scene.run('export', { format: 'shell', output: 'out' });
  const { run } = await exported(scene, ['sh']);
  const env = { TOKEN: undefined, LOG: undefined } as unknown as Record<string, string>;
  expect(run(env)).toMatchObject({ status: 3, stderr: 'stop   set in the environment: TOKEN LOG\n' });
});

it('pleases shellcheck for every example, and lists what it cannot say with its place', {
  timeout: 120_000,
}, async (context) => {
  if (spawnSync('shellcheck', ['--version']).error)
    context.skip('shellcheck is not installed (Debian: apt-get install shellcheck)');
  for (const name of ['argo', 'media-server']) {
    const scene = await scenario('');
    await cp(join(EXAMPLES, name), scene.folder, { recursive: true, force: true });
    const { exit, report } = await scene.run('export', { format: 'shell', output: 'out' });
    expect(exit, name).toBe(report.losses.length > 0 ? 2 : 0);
    expect(
      spawnSync('shellcheck', ['out/runbook.sh'], { cwd: scene.folder, encoding: 'utf8' }).stdout,
      name,
    ).toBe('');
    for (const { place, reason } of report.losses) {
      expect(place.line).toBeGreaterThan(1);
      expect(await readFile(scene.path('out/NOT-EXPORTED.md'), 'utf8')).toContain(reason);
    }
  }
});

it('makes the Secret of a registry as a replay does, with a password that no argument shows', async () => {
  const steps = runbook({
    Hand: '~~~yaml {"registry":"pull","namespace":"argo"}\nserver: docker.io\nusername: us-er\npassword: ${PASS}\n~~~',
  });
  const inputs = '## Inputs\n\n| Name | Kind | Required |\n| --- | --- | --- |\n| PASS | secret | yes |\n';
  const scene = await scenario(`${inputs}\n${steps}`, { env: { PASS: 'x' } });
  await scene.run('export', { format: 'shell', output: 'out' });
  // A fake kubectl: `diff` finds a difference until `apply` was called.
  const kubectl = `#!/bin/sh
cd "$SCENE"
echo "$*" >>asked
if [ "$1" = diff ]; then test -f applied; else cat >applied; fi
`;
  await writeFile(scene.path('kubectl'), kubectl, { mode: 0o755 });
  const password = `it's "odd" \\ $HOME`;
  const PATH = `${scene.folder}:${process.env.PATH}`;
  const env = { ...process.env, PATH, SCENE: scene.folder, HOME: scene.folder, PASS: password };
  const ran = spawnSync('sh', ['out/runbook.sh'], { cwd: scene.folder, encoding: 'utf8', env });
  expect(ran.status, ran.stdout + ran.stderr).toBe(0);
  expect(await scene.read('asked')).not.toContain('odd');
  const expected = registrySecret(
    { server: 'docker.io', username: 'us-er', password },
    { name: 'pull', namespace: 'argo' },
  );
  const applied = JSON.parse(await scene.read('applied'));
  expect(applied.metadata.name).toBe('pull');
  expect(configOf(applied)).toEqual(configOf((expected as { object: object }).object));

  function configOf(secret: object): unknown {
    const { '.dockerconfigjson': encoded } = (secret as { data: Record<string, string> }).data;
    return JSON.parse(Buffer.from(encoded ?? '', 'base64').toString());
  }
});

describe('an export into a folder that has one', () => {
  const text = runbook({ One: '~~~bash\ntouch one\n~~~' });
  const actions = (report: { files: { path: string; action: string }[] }) =>
    Object.fromEntries(report.files.map(({ path, action }) => [path, action]));

  it('changes only what no person changed', async () => {
    const scene = await scenario(
      `${text}\n## Problems\n\n### Full\n\nSymptom: \`no space left\`\n\nFix:\n\n~~~bash\ntrue\n~~~\n`,
    );
    const again = (input = {}) => scene.run('export', { format: 'shell', output: 'out', ...input });
    const first = await again();
    expect([first.exit, actions(first.report)]).toEqual([
      2,
      { 'runbook.sh': 'written', 'NOT-EXPORTED.md': 'written' },
    ]);
    const second = await again({ allowPartial: true });
    expect([second.exit, actions(second.report)]).toEqual([
      0,
      { 'runbook.sh': 'unchanged', 'NOT-EXPORTED.md': 'unchanged' },
    ]);

    await scene.write('AUTODOCK.md', text.replace('touch one', 'touch two'));
    await scene.write('out/runbook.sh', 'mine');
    const third = await again();
    expect([third.exit, actions(third.report)]).toEqual([
      0,
      { 'runbook.sh': 'kept', 'NOT-EXPORTED.md': 'removed' },
    ]);
    expect(await scene.read('out/runbook.sh')).toBe('mine');
    expect(actions((await again()).report)).toEqual({ 'runbook.sh': 'kept' });

    await rm(scene.path('out/runbook.sh'));
    expect(actions((await again()).report)).toEqual({ 'runbook.sh': 'kept' });
    await rm(scene.path('out'), { recursive: true });
    expect(actions((await again()).report)).toEqual({ 'runbook.sh': 'written' });
  });

  it('does not follow what a manifest or a link in the folder says', async () => {
    const scene = await scenario(text);
    await scene.write('precious', 'mine');
    await mkdir(scene.path('out'));
    await scene.write(
      'out/.runbook-export.json',
      JSON.stringify({ format: 'shell', files: { '../precious': 'x' } }),
    );
    const { exit, diagnostics } = await scene.run('export', { format: 'shell', output: 'out' });
    expect([exit, diagnostics[0]?.code]).toEqual([64, 'other-export']);
    expect(await scene.read('precious')).toBe('mine');
  });
});
