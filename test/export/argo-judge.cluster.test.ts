import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { argoProgram } from './argo/programs.ts';

const { path: program, reason } = argoProgram('argo-validate');
if (reason) console.error(`SKIPPED: "Argo's own judge" of what submit generates: ${reason}`);

const golden = readFileSync(join(import.meta.dirname, '../fixtures/export/full-runbook.yaml'), 'utf8');
/** Only Argo's kinds: its strict parser rejects all others. */
const argo = golden
  .split(/^---\n/m)
  .filter((text) => text.includes('apiVersion: argoproj.io/'))
  .join('---\n');
const judge = (input: string) => spawnSync(program, { input, encoding: 'utf8' });

/** The fast tests compare the fixture with the generator's output; here the controller's own code validates it. */
describe.skipIf(reason)(`Argo's own judge${reason ? ` (${reason})` : ''}`, () => {
  it('accepts the template and the workflow', () => {
    const { stdout, stderr } = judge(argo);
    expect(stderr).toBe('');
    expect(stdout).toBe('valid: 1 templates, 1 workflows\n');
  });

  it.each([
    ['a field that does not exist', 'failFast', 'failfist', 'unknown field "spec.templates[0].dag.failfist"'],
    ['a task that does not exist', 'install-caddy.Succeeded', 'nope.Succeeded', 'invalid dependency nope'],
    [
      'a parameter that does not exist',
      'parameters.on}}',
      'parameters.onn}}',
      'failed to resolve {{inputs.parameters.onn}}',
    ],
    ['`on` unquoted, which YAML 1.1 reads as true', 'name: "on"', 'name: on', 'cannot unmarshal bool'],
    ['a template that does not exist', 'template: engine', 'template: motor', 'motor'],
  ])('rejects %s', (_, text, instead, words) => {
    const { status, stderr } = judge(argo.replaceAll(text, instead));
    expect(status).toBe(1);
    expect(stderr).toContain(words);
  });
});
