import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LaunchedBox } from '../../src/boxes/find-box.ts';
import { renderDiff } from '../../src/cli/render/compare/diff.ts';
import { plainPage } from '../../src/cli/render/text/page.ts';
import { recordCertificate } from '../../src/markdown/record/certificate.ts';
import { requireApproval } from '../../src/operations/approval/approval.ts';
import { certificateHashOf } from '../../src/operations/document/certificate.ts';
import { readDocument } from '../../src/operations/document/document.ts';
import { provePasses } from '../../src/operations/prove/prove-passes.ts';
import { prepare } from '../../src/operations/session/session.ts';
import { copyExample } from '../support/copy-example.ts';
import { type Scenario, scenario } from '../support/scenario.ts';
import { agentIn } from './agent/agent.ts';

type OpenBox = Parameters<Scenario['world']['openBox']>[0];

const MARY = 'sites/st-mary.md';
const JOHN = 'sites/st-john.md';

/** A copy of examples/hospitals. */
async function hospitals(): Promise<Scenario> {
  const scene = await scenario('');
  copyExample('hospitals', scene.folder);
  return scene;
}

const site = (body: string, front = 'base: ../AUTODOCK.md\nsite: x') => `---\n${front}\n---\n\n${body}`;

test('a site is its base with its own values, facts and steps', async () => {
  const scene = await hospitals();
  const { report } = await scene.run('plan', { file: MARY, yes: true });
  expect(report.name).toBe('image-viewer (st-mary)');
  expect(report.steps.map(({ id }: { id: string }) => id)).toEqual([
    'make-the-folder',
    'issue-the-certificate',
    'register-with-the-archive',
    'write-the-configuration',
  ]);
  expect(report.steps.at(-1).needs).toEqual(['issue-the-certificate', 'make-the-folder']);
  expect(report.inputs).toMatchObject([
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'SITE_HOST', value: 'viewer.st-mary.example', type: 'host' },
    { name: 'UI_PORT', value: '9443', type: 'port(1024..)' },
  ]);
});

test('each site has its own journal, and its paths start at the folder of the base', async () => {
  const scene = await hospitals();
  expect((await scene.replay({ file: MARY })).story).toHaveLength(4);
  expect(await scene.read('viewer/viewer.ini')).toBe(
    'host = viewer.st-mary.example\nport = 9443\nlog = info\ncache = 12\n',
  );
  expect(await scene.read('viewer/archive-registration')).toContain('signed by St. Mary');
  expect((await scene.replay({ file: MARY })).report.summary).toMatchObject({ acted: 0, skipped: 4 });
  expect((await scene.run('verify', { file: MARY, yes: true })).exit).toBe(0);
  expect((await scene.run('verify', { file: JOHN, yes: true })).exit).toBe(2);
  expect((await scene.replay({ file: JOHN })).exit).toBe(0);
  expect(await scene.read('viewer/viewer.ini')).toContain('log = debug\ncache = 3');
  const names = async (file: string) =>
    (await scene.run('history', { file })).report.passes.map(({ name }: { name: string }) => name);
  expect(new Set(await names(MARY))).toEqual(new Set(['image-viewer (st-mary)']));
  expect(new Set(await names(JOHN))).toEqual(new Set(['image-viewer (st-john)']));
  expect((await scene.run('logs', { file: JOHN, step: 'register-with-the-archive' })).exit).toBe(64);
  const journals = await readdir(join(scene.folder, '.runbook'));
  expect(journals.filter((name) => /^st-(?:mary|john)\.md\.\w+\.jsonl$/.test(name))).toHaveLength(2);
});

test('the page of a site shows each step with its state, and what its fences do', async () => {
  const scene = await hospitals();
  expect((await scene.replay({ file: MARY })).exit).toBe(0);
  expect((await scene.run('page', { file: MARY, output: 'page.html' })).exit).toBe(0);
  const html = await scene.read('page.html');
  const [, ...steps] = html.split(/(?=<h3 id=")/);
  const shown = (id: string) => steps.find((each) => each.startsWith(`<h3 id="${id}"`)) ?? '';
  for (const id of ['make-the-folder', 'issue-the-certificate', 'write-the-configuration'])
    expect(shown(id), id).toContain('confirmed');
  expect(shown('write-the-configuration')).toContain('viewer/viewer.ini</figcaption>');
});

test('drift compares a box with its own site', async () => {
  const scene = await hospitals();
  expect((await scene.replay({ file: MARY })).exit).toBe(0);
  await scene.write('viewer/viewer.ini', 'by hand');
  const drift = await scene.run('drift', { file: MARY, yes: true });
  const subjects = drift.report.findings.map(({ subject }: { subject: string }) => subject);
  expect(subjects).toContain('write-the-configuration');
});

test('approvals of a site end when its base changes', async () => {
  const scene = await hospitals();
  const approve = () => scene.run('approve', { file: MARY, yes: true });
  expect((await approve()).exit).toBe(0);
  expect((await scene.replay({ file: MARY, yes: false })).exit).toBe(0);
  await scene.write(
    'AUTODOCK.md',
    (await scene.read('AUTODOCK.md')).replace('mkdir -p viewer', 'mkdir -vp viewer'),
  );
  expect((await scene.replay({ file: MARY, yes: false })).exit).toBe(3);
});

test('places of errors, failures and edits are in the file that holds the text', async () => {
  const scene = await hospitals();
  const mary = await scene.read(MARY);
  const base = await scene.read('AUTODOCK.md');
  const lineOf = (text: string, line: string) => text.split('\n').indexOf(line) + 1;
  const cp = 'cp viewer/certificate viewer/archive-registration';
  await scene.write(MARY, mary.replace(cp, 'false'));
  const { failure } = (await scene.replay({ file: MARY })).report.steps[2].outcome;
  expect(failure.place).toMatchObject({ file: MARY, line: lineOf(mary, cp) });

  await scene.write(MARY, mary.replace('| 9443 |', '| 80 |'));
  const wrong = await scene.run('plan', { file: MARY, yes: true });
  expect(wrong.diagnostics).toMatchObject([
    {
      code: 'bad-default',
      place: {
        file: MARY,
        line: lineOf(mary, '| UI_PORT | 9443 | 8443 belongs to the laboratory |'),
        column: 13,
      },
    },
  ]);

  await scene.write(MARY, mary);
  await scene.write('AUTODOCK.md', base.replace('mkdir -p viewer', 'false'));
  const broken = await scene.replay({ file: MARY });
  expect(broken.report.steps[0].outcome.failure.place).toMatchObject({
    file: 'AUTODOCK.md',
    line: lineOf(base, 'mkdir -p viewer'),
  });
});

test('measured facts are written into the document that has their row', async () => {
  const scene = await hospitals();
  const [mary, base] = [await scene.read(MARY), await scene.read('AUTODOCK.md')];
  await scene.write(MARY, mary.replace('`echo 12`', '`echo 13`'));
  await scene.write('AUTODOCK.md', base.replace('`echo 3`', '`echo 4`'));
  expect((await scene.run('facts', { file: MARY, yes: true, write: true })).exit).toBe(0);
  expect(await scene.read(MARY)).toMatch(/\| cache_lines \| 13 \|/);
  expect(await scene.read('AUTODOCK.md')).toContain('| cache_lines | 3 |');
  expect((await scene.run('facts', { file: JOHN, yes: true, write: true })).exit).toBe(0);
  expect(await scene.read('AUTODOCK.md')).toContain('| cache_lines | 4 |');
  expect(await scene.read(JOHN)).not.toContain('cache_lines');
  await scene.write('sites/ward.md', site('', 'base: st-john.md\nsite: ward'));
  await scene.write('sites/bed.md', site('', 'base: ward.md\nsite: bed'));
  await scene.write('AUTODOCK.md', (await scene.read('AUTODOCK.md')).replace('`echo 4`', '`echo 5`'));
  expect((await scene.run('facts', { file: 'sites/bed.md', yes: true, write: true })).exit).toBe(0);
  expect(await scene.read('AUTODOCK.md')).toContain('| cache_lines | 5 |');
});

test('a site passes what prove asks of a clean box', async () => {
  const scene = await hospitals();
  const here = {
    ...scene.world,
    openBox: ({ target: _, ...options }: OpenBox) => scene.world.openBox(options),
  };
  const context = { world: here as typeof scene.world, emit: () => {}, signal: new AbortController().signal };
  const flags = { file: MARY, input: {}, yes: true, keep: false };
  const prepared = await prepare(context, { ...flags, loose: false });
  const approved = await requireApproval(context, prepared, flags);
  const box = { name: 'clean', image: 'debian:bookworm' } as LaunchedBox;
  expect((await provePasses(context, { ...prepared, approved }, box, flags)).reasons).toEqual([]);
});

test('the certificate of a site is in its own document, and ends when the base changes', async () => {
  const scene = await hospitals();
  const document = await readDocument(scene.folder, MARY);
  const { own } = document.site!;
  const certificate = {
    image: 'debian:bookworm',
    digest: 'sha256:1',
    date: '2026-11-28',
    duration: '1s',
    actions: 4,
  };
  const sha256 = await certificateHashOf(document);
  await scene.write(MARY, recordCertificate(own.source, own.runbook, { ...certificate, sha256 }));
  const codes = async (file: string) =>
    (await scene.run('lint', { file })).report.diagnostics.map(({ code }: { code: string }) => code);
  expect(await codes(MARY)).toEqual([]);
  await scene.write(
    'AUTODOCK.md',
    (await scene.read('AUTODOCK.md')).replace('mkdir -p viewer', 'mkdir -vp viewer'),
  );
  expect(await codes(MARY)).toEqual(['stale-certificate']);
  expect(await codes('AUTODOCK.md')).toEqual([]);
});

const ERRORS: readonly [what: string, files: Record<string, string>, code: string, place: object][] = [
  [
    'a base that is missing',
    { [MARY]: site('', 'base: ../none.md\nsite: x') },
    'base-missing',
    { file: MARY, line: 2 },
  ],
  [
    'a base that is not a runbook',
    { 'README.md': '# Hi\n', [MARY]: site('', 'base: ../README.md\nsite: x') },
    'base-not-a-runbook',
    { line: 2 },
  ],
  [
    'a circle of bases',
    { [JOHN]: site('', 'base: st-mary.md\nsite: y'), [MARY]: site('', 'base: st-john.md\nsite: x') },
    'base-circle',
    { file: JOHN, line: 2 },
  ],
  [
    'a section that belongs to the base',
    { [MARY]: site('## Endpoints\n') },
    'site-section',
    { file: MARY, line: 6 },
  ],
  [
    'front matter that belongs to the base',
    { [MARY]: site('', 'base: ../AUTODOCK.md\nsite: x\nenv: { A: b }') },
    'site-section',
    { line: 1 },
  ],
  [
    'a step that the base does not have',
    { [MARY]: site('## Steps\n\n### Issue the certificat\n\nWhy: x\n') },
    'unknown-base-step',
    { line: 8 },
  ],
  [
    'an After that names no step',
    { [MARY]: site('## Steps\n\n### Own\n\nAfter: nothing\n\nWhy: x\n') },
    'unknown-base-step',
    { line: 10 },
  ],
  [
    'a Not here that names no step',
    { [MARY]: site('## Steps\n\n### Not here: nothing\n\nWhy: x\n') },
    'unknown-base-step',
    { line: 8 },
  ],
  [
    'a difference without a reason',
    { [MARY]: site('## Steps\n\n### Not here: open-the-firewall\n') },
    'site-without-why',
    { line: 8 },
  ],
  [
    'a step that would move',
    { [MARY]: site('## Steps\n\n### Open the firewall\n\nAfter: make-the-folder\n\nWhy: x\n') },
    'moved-base-step',
    { line: 10 },
  ],
  [
    'steps that follow each other',
    { [MARY]: site('## Steps\n\n### A\n\nAfter: b\n\nWhy: x\n\n### B\n\nAfter: a\n\nWhy: x\n') },
    'after-circle',
    { line: 8 },
  ],
  [
    'an error of the base',
    { 'AUTODOCK.md': '---\nrunbook: 1\n---\n\n## Steps\n\n### A\n\nNeeds: b\n', [MARY]: site('') },
    'unknown-needs',
    { file: 'AUTODOCK.md', line: 9 },
  ],
];

test.each(ERRORS)('refuses %s, with its place', async (_, files, code, place) => {
  const scene = await hospitals();
  for (const [name, text] of Object.entries(files)) await scene.write(name, text);
  const planned = await scene.run('plan', { file: MARY, yes: true });
  expect(planned).toMatchObject({
    exit: 65,
    diagnostics: [{ code, place }, ...planned.diagnostics.slice(1)],
  });
});

test('a site of a site has the differences of both', async () => {
  const scene = await hospitals();
  const ward = site(
    '## Inputs\n\n| Name | Value |\n| - | - |\n| UI_PORT | 9999 |\n| BED | 7 |\n\n## Steps\n\n### Paint the ward\n\nNeeds: register-with-the-archive\n\nWhy: x\n\n~~~bash\ntouch ward\n~~~\n',
    'base: st-mary.md\nsite: ward-3',
  );
  await scene.write('sites/ward-3.md', ward);
  const { runbook } = await readDocument(scene.folder, 'sites/ward-3.md');
  expect(runbook.diagnostics).toEqual([]);
  expect(runbook.name).toBe('image-viewer (st-mary) (ward-3)');
  expect(runbook.inputs.map(({ name, default: value, place }) => [name, value, place.file])).toEqual(
    expect.arrayContaining([
      ['UI_PORT', '9999', 'sites/ward-3.md'],
      ['SITE_HOST', 'viewer.st-mary.example', MARY],
      ['LOG_LEVEL', 'info', 'AUTODOCK.md'],
      ['BED', '7', 'sites/ward-3.md'],
    ]),
  );
  expect(runbook.steps.map(({ id, place }) => [id, place.file])).toEqual([
    ['make-the-folder', 'AUTODOCK.md'],
    ['issue-the-certificate', MARY],
    ['register-with-the-archive', MARY],
    ['write-the-configuration', 'AUTODOCK.md'],
    ['paint-the-ward', 'sites/ward-3.md'],
  ]);
});

test('a secret of the base stays a secret at a site, in whatever section it is', async () => {
  const scene = await hospitals();
  const base = await scene.read('AUTODOCK.md');
  await scene.write(
    'AUTODOCK.md',
    `${base}\n## Secrets\n\n| Name | From | What for |\n| - | - | - |\n| TOKEN | \`echo base\` | x |\n| KEY | | y |\n`,
  );
  await scene.write(MARY, site('## Inputs\n\n| Name | From |\n| - | - |\n| TOKEN | `echo site` |\n'));
  const { runbook } = await readDocument(scene.folder, MARY);
  expect(runbook.inputs.filter(({ kind }) => kind === 'secret')).toMatchObject([
    { name: 'KEY' },
    { name: 'TOKEN', command: 'echo site', purpose: 'x' },
  ]);
});

test('an agent saves into the site, or into the base that all sites share', async () => {
  const scene = await hospitals();
  const base = await scene.read('AUTODOCK.md');
  const agent = agentIn(scene.world, { file: MARY });
  await agent.call('replay', {});
  expect(await agent.refused('env_save', { decisions: [{ title: 'A', why: 'b' }] })).toBe('site-section');
  const added = { title: 'Open the ward', why: 'it has its own switch', run: 'touch viewer/ward' };
  const opened = await agent.call('apply_step', { draft: { ...added, verify: 'file viewer/ward exists' } });
  expect(opened.status).toBe('succeeded');
  const changed = {
    title: 'Issue the certificate',
    run: 'echo "signed twice by St. Mary for $SITE_HOST" > viewer/certificate',
  };
  const folder = { title: 'Make the folder', run: 'mkdir -p viewer/images' };
  const revised = await agent.call('apply_step', { step: 'make-the-folder', draft: folder });
  expect(revised, JSON.stringify(revised)).toMatchObject({ status: 'succeeded' });
  expect((await agent.call('apply_step', { step: 'issue-the-certificate', draft: changed })).status).toBe(
    'succeeded',
  );
  const saved = await agent.call('env_save', { facts: [{ name: 'beds', value: 40 }] });
  expect(saved).toMatchObject({ written: true });
  expect(saved.steps.toSorted()).toEqual(['issue-the-certificate', 'make-the-folder', 'open-the-ward']);
  const mary = await scene.read(MARY);
  expect(mary).toContain('| beds | 40 |');
  expect(mary).toMatch(/### Open the ward\n\nAfter: write-the-configuration\n/);
  expect(mary).toMatch(/### Make the folder\n\nWhy: everything is in one folder[^#]*viewer\/images/);
  expect(mary.match(/### Issue the certificate/g)).toHaveLength(1);
  expect(mary).toContain('signed twice by St. Mary');
  expect(await scene.read('AUTODOCK.md')).toBe(base);
  expect((await scene.run('plan', { file: MARY, yes: true })).exit).toBe(0);

  const shared = await agent.call('env_save', { into: 'base', facts: [{ name: 'racks', value: 2 }] });
  expect(shared.written).toBe(true);
  expect(await scene.read('AUTODOCK.md')).toContain('| racks | 2 |');
  expect(await scene.read(MARY)).toBe(mary);
  await agent.leave();
});

test('diff names each difference of two sites, with the reason that each gives', async () => {
  const scene = await hospitals();
  const { report, exit } = await scene.run('diff', { file: MARY, other: JOHN });
  expect(exit).toBe(2);
  const text = renderDiff(report, plainPage);
  expect(text).toMatchInlineSnapshot(`
    "values  from sites/st-mary.md to sites/st-john.md
      input  LOG_LEVEL    info                    debug                   sites/st-john.md: the wards report slow images, and we do not know why yet
      input  SITE_HOST    viewer.st-mary.example  viewer.st-john.example  sites/st-mary.md: their domain
      input  UI_PORT      9443                    8443                    sites/st-mary.md: 8443 belongs to the laboratory
      fact   cache_lines  12 lines                3 lines                 sites/st-mary.md: their box has four times the memory; sites/st-john.md: larger caches do not fit on the smallest box

    issue-the-certificate  changed: Run, Verify
      sites/st-mary.md: St. Mary runs its own certificate authority, and browsers there trust no other.  sites/st-mary.md:23
      sites/st-john.md: most hospitals have no certificate authority of their own.  AUTODOCK.md:47

        -Why: St. Mary runs its own certificate authority, and browsers there trust no other.
        +Why: most hospitals have no certificate authority of their own.

        \`\`\`bash
        -echo "signed by St. Mary for $SITE_HOST" > viewer/certificate
        +echo "self-signed for $SITE_HOST" > viewer/certificate
        \`\`\`
        \`\`\`check
        -file viewer/certificate contains "St. Mary"
        +file viewer/certificate contains "\${SITE_HOST}"
        \`\`\`

    register-with-the-archive  only in sites/st-mary.md
      sites/st-mary.md: their archive sends images only to viewers that it knows.  sites/st-mary.md:37
        -### Register with the archive
        -
        -After: issue-the-certificate
        -
        -Why: their archive sends images only to viewers that it knows.
        -
        -\`\`\`bash
        -cp viewer/certificate viewer/archive-registration
        -\`\`\`
        -
        -Verify:
        -
        -\`\`\`check
        -file viewer/archive-registration contains "St. Mary"
        -\`\`\`

    open-the-firewall  only in sites/st-john.md
      sites/st-mary.md: the hospital's own firewall is in front of the box, and its team opens the port.  sites/st-mary.md:53
        +### Open the firewall
        +
        +Needs: make-the-folder
        +
        +Why: the viewer must be reachable from the wards.
        +
        +\`\`\`bash
        +echo "allow $UI_PORT" > viewer/firewall
        +\`\`\`
        +
        +Verify:
        +
        +\`\`\`check
        +file viewer/firewall contains "allow \${UI_PORT}"
        +\`\`\`

    write-the-configuration  changed: Needs
      sites/st-mary.md: the hospital's own firewall is in front of the box, and its team opens the port.  sites/st-mary.md:53

        -Needs: \`issue-the-certificate\`, \`make-the-folder\`
        +Needs: issue-the-certificate, open-the-firewall


    different: 4 values, 4 steps; 1 step the same (sites/st-mary.md and sites/st-john.md)"
  `);
  const same = await scene.run('diff', { file: MARY, other: MARY });
  expect(same).toMatchObject({ exit: 0, report: { values: [], steps: [], same: 4 } });
});

test('diff of a base and its site names what is not there, and finds a moved step', async () => {
  const scene = await hospitals();
  const { report } = await scene.run('diff', { file: 'AUTODOCK.md', other: MARY });
  const open = report.steps.find(({ id }: { id: string }) => id === 'open-the-firewall');
  expect(open).toMatchObject({
    kind: 'only-a',
    reasons: [{ side: 'b', text: expect.stringContaining('own firewall'), place: { file: MARY } }],
  });
  const step = (title: string) => `### ${title}\n\nWhy: x\n\n~~~bash\ntrue\n~~~\n\n`;
  const document = (...titles: string[]) =>
    `---\nrunbook: 1\n---\n\n## Steps\n\n${titles.map(step).join('')}`;
  await scene.write('a.md', document('One', 'Two', 'Three'));
  await scene.write('b.md', document('Two', 'Three', 'One'));
  const moved = await scene.run('diff', { file: 'a.md', other: 'b.md' });
  expect(moved.report).toMatchObject({ steps: [{ id: 'one', kind: 'moved' }], same: 2 });
});
