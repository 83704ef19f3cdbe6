import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runbook, scenario } from '../support/scenario.ts';
import { FULL_INVENTORY, FULL_RUNBOOK } from './full-runbook.ts';

const IMAGE = 'registry.example/runbook@sha256:0000';
const submitted = async (
  text: string,
  input: Record<string, unknown> = {},
  files: Record<string, string> = {},
) => {
  const scene = await scenario(text, { files, env: { REGISTRY_PASS: 'hunter2-hunter2' } });
  return scene.run('submit', { image: IMAGE, dryRun: true, ...input });
};
// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects, looked into by their paths
const objectsOf = (yaml: string): any[] => parseAllDocuments(yaml).map((each) => each.toJS());

describe('runbook submit --dry-run', () => {
  it('turns a runbook and an inventory into objects', async () => {
    const { report, exit } = await submitted(
      FULL_RUNBOOK,
      { targets: 'inventory.yaml', canary: 1, forks: 4 },
      { 'inventory.yaml': FULL_INVENTORY },
    );
    expect(exit).toBe(0);
    const golden = join(import.meta.dirname, '../fixtures/export/full-runbook.yaml');
    const yaml = report.yaml.replaceAll(report.workflow, 'runbook-shop-RUN');
    if (process.env.UPDATE) await writeFile(golden, yaml);
    expect(yaml).toBe(await readFile(golden, 'utf8'));
  });

  it('contains secrets only by reference, with any environment', async () => {
    const { report } = await submitted(
      FULL_RUNBOOK,
      { targets: 'inventory.yaml' },
      { 'inventory.yaml': FULL_INVENTORY },
    );
    expect(report.yaml).not.toContain('hunter2');
    const template = objectsOf(report.yaml).find((each) => each.kind === 'WorkflowTemplate');
    const engine = template.spec.templates.find((each: { name: string }) => each.name === 'engine');
    expect(engine.container.env).toContainEqual({
      name: 'REGISTRY_PASS',
      valueFrom: { secretKeyRef: { name: 'runbook-shop', key: 'REGISTRY_PASS' } },
    });
  });

  it('pins a run to its content: different content has a different hash', async () => {
    const hashOf = async (text: string) =>
      objectsOf(
        (await submitted(text, { targets: 'i.yaml' }, { 'i.yaml': 'targets: [ssh://a]\n' })).report.yaml,
      )[0].metadata.annotations['runbook/hash'];
    const text = runbook({ One: '~~~bash\ntrue\n~~~' });
    expect(await hashOf(text)).toBe(await hashOf(text));
    expect(await hashOf(text)).not.toBe(await hashOf(`${text}\n`));
  });

  it('gives tasks names that Argo can parse, for any step id', async () => {
    const steps = runbook({
      'Überall Ümlaute': '~~~bash\ntrue\n~~~',
      '2nd': '~~~bash\ntrue\n~~~',
      'Step 1': 'Needs: none\n\n~~~bash\ntrue\n~~~',
    });
    const { report } = await submitted(steps, { targets: 'i.yaml' }, { 'i.yaml': 'targets: [ssh://a]\n' });
    const template = objectsOf(report.yaml).find((each) => each.kind === 'WorkflowTemplate');
    const target = template.spec.templates.find((each: { name: string }) => each.name === 'target');
    expect(
      target.dag.tasks.map(({ name, depends }: { name: string; depends?: string }) => [name, depends]),
    ).toEqual([
      ['step-1-x', undefined],
      ['step-2', 'step-1-x.Succeeded'],
      ['step-1', undefined],
    ]);
  });

  it('rejects at once everything that would not work in a pod', async () => {
    const text = runbook({
      Ask: '~~~bash {"interactive":"true"}\nread x\n~~~',
      Serve: '~~~bash {"background":"pass"}\nsleep 1\n~~~',
      Brace: '~~~bash {"name":"a{{b}}"}\ntrue\n~~~',
    });
    const { exit, diagnostics } = await submitted(
      text,
      { targets: 'i.yaml' },
      { 'i.yaml': 'targets: [local, container:x, "ssh://ok", { on: "ssh://b", name: "../b" }]\n' },
    );
    expect(exit).toBe(65);
    expect(diagnostics.map(({ code }) => code).toSorted()).toEqual(
      [
        'unreachable-from-pods',
        'no-folder-name',
        'braces',
        'needs-terminal',
        'ends-with-pod',
        'lost-with-pod',
      ].toSorted(),
    );
  });

  it('requires variables that only some targets have', async () => {
    const text = `${runbook({ One: '~~~bash\necho $COLOUR\n~~~' })}\n## Inputs\n\n| Name |\n| --- |\n| COLOUR |\n`;
    const inventory = 'targets:\n  - { on: "ssh://a", inputs: { COLOUR: red } }\n  - ssh://b\n';
    const without = await submitted(text, { targets: 'i.yaml' }, { 'i.yaml': inventory });
    expect([without.exit, without.diagnostics[0]?.code]).toEqual([3, 'missing-input']);
    const given = await submitted(
      text,
      { targets: 'i.yaml', input: { COLOUR: 'blue' } },
      { 'i.yaml': inventory },
    );
    expect(given.report.yaml).toContain(`"name":"b","on":"ssh://b","input-COLOUR":"${btoa('blue')}"`);
  });

  it('compares an inventory with the declared inputs', async () => {
    const { exit, diagnostics } = await submitted(
      FULL_RUNBOOK,
      { targets: 'i.yaml' },
      { 'i.yaml': 'targets:\n  - { on: "ssh://a", inputs: { DOMIAN: x, REGISTRY_PASS: y } }\n' },
    );
    expect(exit).toBe(64);
    expect(diagnostics).toMatchObject([
      { code: 'unknown-input', remedy: 'Did you mean DOMAIN?', place: { file: 'i.yaml', line: 2 } },
      { code: 'secret-in-inventory' },
    ]);
  });
});
