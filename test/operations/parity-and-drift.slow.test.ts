import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DriftReport } from '../../src/model/reports/drift.ts';
import type { ParityReport, ParityRow } from '../../src/model/reports/parity.ts';
import { type Box, startBox } from '../boxes/debian-box.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';
import { type Scenario, scenario } from '../support/scenario.ts';

/** A package, a file with the box's name in it, a user, a server; facts, an endpoint. */
const PAGE = `---
runbook: 1
name: twins
parity:
  expect: ["facts:host"]
---

# Twins

## Inputs

| Name | Kind | Required | Default | What for |
| --- | --- | --- | --- | --- |
| PORT | variable | no | 8080 | the page |

## Facts

| Fact | Value | Unit | Measured with | On |
| --- | --- | --- | --- | --- |
| host | one | | \`hostname\` | 2026-11-25 |
| words | 2 | | \`wc -w < /etc/twins.conf\` | 2026-11-25 |

## Steps

### Install jq

~~~bash
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends jq sl
~~~

Verify:

~~~check
command jq exists
~~~

### Configure

~~~ini {"file":"/etc/twins.conf","mode":"0640"}
port \${PORT}
~~~

### Serve

~~~bash {"background":"true"}
exec node -e 'require("http").createServer((q, r) => r.end("hello")).listen(8080)'
~~~

Verify:

~~~check
http GET http://127.0.0.1:8080/ contains "hello" within 20s
port 8080 owner node
~~~

## Endpoints

| Name | URL or port | Check |
| --- | --- | --- |
| page | http://127.0.0.1:8080/ | \`http GET http://127.0.0.1:8080/ status 200\` |
`;

const told = (rows: readonly ParityRow[]) => rows.map((row) => `${row.class} ${row.scope} ${row.subject}`);

describeWithBoxes('two clean Debian boxes after the same runbook', () => {
  let [one, two]: Box[] = [];

  beforeAll(async () => {
    [one, two] = await Promise.all([startBox({ name: 'one' }), startBox({ name: 'two' })]);
  });

  afterAll(() => Promise.all([one?.destroy(), two?.destroy()]));

  const on = (box: Box | undefined) => `container:${box?.name}`;

  async function compare(scene: Scenario, more: object = {}) {
    const input = { a: on(one), b: on(two), document: 'AUTODOCK.md', yes: true, ...more };
    return (await scene.run('parity', input)) as { exit: number; report: ParityReport };
  }

  test('parity is equal except for declared differences; parity and drift report a removed package', async () => {
    const scene = await scenario(PAGE);
    const passes = await Promise.all([one, two].map((box) => scene.replay({ on: on(box) })));
    for (const { exit, diagnostics, events } of passes)
      expect(exit, JSON.stringify([diagnostics, events.slice(-4)])).toBe(0);
    for (const box of [one, two]) {
      const kept = await scene.run('drift', { on: on(box), baseline: true });
      expect(kept.exit, JSON.stringify(kept.diagnostics)).toBe(0);
    }

    const alike = await compare(scene, { html: scene.path('parity.html') });
    expect(told(alike.report.rows)).toEqual(['expected facts host']);
    expect(alike.exit).toBe(0);
    const scopes = alike.report.counts.filter(({ equal }) => equal > 0).map(({ scope }) => scope);
    expect(scopes).toEqual(
      expect.arrayContaining(['packages', 'listeners', 'users', 'files', 'facts', 'checks', 'endpoints']),
    );
    expect(await readFile(scene.path('parity.html'), 'utf8')).toContain(
      'Equal, except for declared differences',
    );
    for (const box of [one, two]) {
      const { report } = (await scene.run('drift', { on: on(box), yes: true })) as { report: DriftReport };
      // The host's name is a fact that the document has of box one alone.
      expect(report.findings.map(({ source, subject }) => `${source} ${subject}`)).toEqual(
        box === one ? [] : ['facts host'],
      );
    }

    // By hand, on box two.
    await two!.exec('apt-get remove -y -qq sl && chmod 0666 /etc/twins.conf && useradd --system intruder');
    const apart = await compare(scene);
    expect(apart.exit).toBe(2);
    expect(told(apart.report.rows)).toEqual(
      expect.arrayContaining([
        'differs packages sl',
        'differs files /etc/twins.conf',
        'differs users intruder',
        'differs checks configure',
      ]),
    );
    expect(apart.report.rows.find(({ subject }) => subject === 'sl')).toMatchObject({
      a: expect.any(String),
    });
    const declared = await compare(scene, {
      expect: [
        'packages:sl',
        'packages:libncurses*',
        'files:/etc/twins.conf',
        'users:intruder',
        'checks:configure',
      ],
    });
    expect(told(declared.report.rows).filter((row) => !row.startsWith('expected'))).toEqual([]);
    expect(declared.exit).toBe(0);

    const drifted = (await scene.run('drift', { on: on(two), yes: true })) as {
      exit: number;
      report: DriftReport;
    };
    expect(drifted.exit).toBe(2);
    const found = drifted.report.findings.map(({ source, kind, subject }) => `${source} ${kind} ${subject}`);
    expect(found).toEqual(
      expect.arrayContaining(['packages removed sl', 'users added intruder', 'steps failing configure']),
    );
    const still = (await scene.run('drift', { on: on(one), yes: true })) as { exit: number };
    expect(still.exit).toBe(0);
  });

  test('exits 1, not 2, if a box does not exist', async () => {
    const scene = await scenario(PAGE);
    const { exit, diagnostics } = await scene.run('parity', { a: on(one), b: 'container:no-such-box' });
    expect(exit).toBe(1);
    expect(diagnostics[0]?.message).toContain('no-such-box');
  });
});
