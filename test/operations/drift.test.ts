import { once } from 'node:events';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Snapshot } from '../../src/model/facts/snapshot.ts';
import type { DriftFinding } from '../../src/model/reports/drift.ts';
import { verify } from '../../src/operations/verify.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';

const PAGE = `---
runbook: 1
---

# Site

## Facts

| Fact | Value | Unit | Measured with | On |
| --- | --- | --- | --- | --- |
| lines | 2 | | \`grep -c . data\` | 2026-11-25 |

## Steps

### Write the data

~~~bash
printf 'one\\ntwo\\n' > data
~~~

Verify:

~~~check
file data contains "two"
~~~

### Write the page

~~~html {"file":"site/index.html","mode":"0640"}
<h1>hello</h1>
~~~

### Say something

~~~bash
true
~~~
`;

/** One line a finding. */
const lines = (findings: readonly DriftFinding[]) =>
  findings.map(({ source, kind, subject }) => `${source} ${kind} ${subject}`);

/** A box where the runbook was replayed and its baseline kept. */
async function replayed(): Promise<Scenario> {
  const scene = await scenario(PAGE);
  expect((await scene.replay()).exit).toBe(0);
  expect((await scene.run('drift', { baseline: true })).exit).toBe(0);
  return scene;
}

async function baselinePath({ folder }: Scenario): Promise<string> {
  const names = await readdir(join(folder, '.runbook'));
  return join(folder, '.runbook', names.find((name) => name.endsWith('.baseline.json'))!);
}

/** What happens meanwhile on a shared machine is not this test's. */
const own = (findings: readonly DriftFinding[]) =>
  findings.filter(({ source }) => ['steps', 'endpoints', 'facts'].includes(source));

test('reports no drift if nothing has changed, and counts what was compared', async () => {
  const scene = await replayed();
  const { report } = await scene.run('drift', { yes: true });
  expect(own(report.findings)).toEqual([]);
  expect(report.looked.map(({ source }: { source: string }) => source)).toEqual(
    expect.arrayContaining(['steps', 'packages', 'users', 'facts']),
  );
});

test('detects drift of content and mode of a file fence, of a passing check, and of a fact', async () => {
  const scene = await replayed();
  await writeFile(scene.path('site/index.html'), '<h1>by hand</h1>\n');
  const edited = await scene.run('drift', { yes: true });
  expect(edited.exit).toBe(2);
  expect(own(edited.report.findings)).toEqual([
    {
      source: 'steps',
      subject: 'write-the-page',
      kind: 'failing',
      check: 'file site/index.html as written',
      detail: 'content differs',
    },
  ]);
  expect(JSON.stringify(edited.report)).not.toContain('by hand');

  await writeFile(scene.path('site/index.html'), '<h1>hello</h1>\n');
  await chmod(scene.path('site/index.html'), 0o666);
  await writeFile(scene.path('data'), 'one\ntwo\nthree\n');
  const more = await scene.run('drift', { yes: true });
  expect(own(more.report.findings).map(({ detail }) => detail)).toEqual(['mode 0666, wanted 0640', '2 → 3']);

  await rm(scene.path('data'));
  const gone = await scene.run('drift', { yes: true });
  expect(lines(own(gone.report.findings))).toContain('steps failing write-the-data');
});

test('reports changes since the pass, but not those of a pass', async () => {
  const scene = await replayed();
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const { exit, report } = await scene.run('drift', { yes: true });
  expect(exit).toBe(2);
  expect(lines(report.findings)).toContain(`listeners added tcp 127.0.0.1:${port}`);
  expect(report.since.pass).toMatch(/^\d{8}-/);

  // The same for a package, a file, a user and a service that were there then: a baseline that knows more than the box.
  const path = await baselinePath(scene);
  const baseline = JSON.parse(await readFile(path, 'utf8')) as { snapshot: Snapshot };
  baseline.snapshot.facts.packages!.push({ id: 'ev-x', name: 'sl', version: '5.02', manager: 'dpkg' });
  baseline.snapshot.facts.users!.push({
    id: 'ev-y',
    name: 'app',
    uid: 999,
    groups: [],
    home: '/',
    shell: '/bin/sh',
  });
  await writeFile(path, JSON.stringify(baseline));
  const after = await scene.run('drift', { yes: true });
  expect(lines(after.report.findings)).toEqual(
    expect.arrayContaining(['packages removed sl', 'users removed app']),
  );
});

test('exits 1 with unknown if a baseline, approval or reading is missing', async () => {
  const scene = await scenario(PAGE);
  await scene.replay();
  await rm(await baselinePath(scene));
  const { exit, report } = await scene.run('drift');
  expect(exit).toBe(1);
  expect(report.verdict).toBe('unknown');
  expect(lines(report.findings)).toEqual([
    'system unknown packages, services, listeners, files and users',
    'facts unknown lines',
  ]);

  await scene.run('drift', { baseline: true });
  const path = await baselinePath(scene);
  const baseline = JSON.parse(await readFile(path, 'utf8')) as { snapshot: Snapshot };
  delete baseline.snapshot.facts.packages;
  baseline.snapshot.unavailable.push({ scope: 'packages', reason: 'no dpkg then' });
  await writeFile(path, JSON.stringify(baseline));
  const blind = await scene.run('drift', { yes: true });
  expect(blind.report.findings).toContainEqual({
    source: 'packages',
    subject: '(all)',
    kind: 'unknown',
    detail: 'no dpkg then',
  });
});

test('a successful pass stores its baseline, and a failed one drops an older baseline', async () => {
  const scene = await scenario(PAGE.replace('\ntrue\n', '\nsleep 1.1\n'));
  await scene.replay();
  const kept = await baselinePath(scene);
  const first = await readFile(kept, 'utf8');
  await scene.replay();
  // A pass that did nothing leaves it alone.
  expect(await readFile(kept, 'utf8')).toBe(first);
  await scene.write('AUTODOCK.md', PAGE);
  expect((await scene.replay()).story).toContain('say-something: acted edited');
  // On a machine so slow that this pass lasted too, it has its own by now.
  expect(await readFile(kept, 'utf8').catch(() => '')).not.toBe(first);
});

test('refuses drift without a confirmed step, and does not compare an edited step', async () => {
  const scene = await scenario(PAGE);
  const none = await scene.run('drift');
  expect(none.exit).toBe(1);
  expect(none.diagnostics[0]).toMatchObject({ code: 'nothing-confirmed' });
  await scene.replay();
  await scene.write('AUTODOCK.md', PAGE.replace('<h1>hello</h1>', '<h1>good day</h1>'));
  const { report } = await scene.run('drift', { yes: true });
  expect(report.notes).toEqual(['not compared, because edited since confirmed: write-the-page']);
  expect(lines(own(report.findings))).toEqual([]);
});

test('what undo took away is not drift, whether a listener or an endpoint', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const scene = await scenario(`---
runbook: 1
---

# Served

## Steps

### Be found

~~~bash
true
~~~

### Serve it

~~~bash {"background":"true"}
exec "${process.execPath}" -e 'require("net").createServer((s) => s.end()).listen(${port}, "127.0.0.1")'
~~~

Verify:

~~~check
tcp 127.0.0.1:${port} open within 10s
~~~

## Endpoints

| Name | URL or port | Check |
| --- | --- | --- |
| server | 127.0.0.1:${port} | \`tcp 127.0.0.1:${port} open\` |
`);
  expect((await scene.replay()).exit).toBe(0);
  expect((await scene.run('drift', { yes: true })).report.findings.filter(isOfPort)).toEqual([]);
  expect((await scene.run('undo', { yes: true })).exit).toBe(0);
  const { report } = await scene.run('drift', { yes: true });
  expect(report.findings.filter(isOfPort)).toEqual([]);
  expect(report.looked.map(({ source }: { source: string }) => source)).toContain('listeners');
  expect(report.notes).toEqual(['endpoints were not compared, because these steps are not done: serve-it']);

  function isOfPort({ subject, detail }: DriftFinding): boolean {
    return `${subject} ${detail}`.includes(String(port)) || subject === 'server';
  }
});

test('verify observes the box once, however many steps fail', async () => {
  const step = (file: string) =>
    `~~~bash\ntouch ${file}\n~~~\n\nVerify:\n\n~~~check\nfile ${file} exists\n~~~`;
  const { world } = await scenario(runbook({ A: step('a'), B: step('b') }));
  let observations = 0;
  const openBox: typeof world.openBox = async (options) => {
    const box = await world.openBox(options);
    const exec: typeof box.exec = (request) => {
      observations += 1;
      return box.exec(request);
    };
    // Everything that is observed on a box other than this machine is one program.
    return { ...box, kind: 'container', exec };
  };
  const context = { world: { ...world, openBox }, signal: new AbortController().signal, emit: () => {} };
  const report = await verify.run(context, verify.input.parse({}));
  expect(report.summary.fail).toBe(2);
  expect(observations).toBe(1);
});
