import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { lintRunbook } from '../../src/plan/lint.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

describe.each(['argo', 'media-server'])('examples/%s', (name) => {
  const parsed = async () =>
    parseRunbook(sourceOf(await readFile(join(EXAMPLES, name, 'AUTODOCK.md'), 'utf8'), 'AUTODOCK.md'));

  test('has no lint findings', async () => {
    const runbook = await parsed();
    expect([...runbook.diagnostics, ...buildPlan(runbook).diagnostics, ...lintRunbook(runbook)]).toEqual([]);
  });

  test('gives each problem a symptom and a reason', async () => {
    const problems = (await parsed()).steps.filter(({ kind }) => kind === 'problem');
    expect(problems.length).toBeGreaterThanOrEqual(4);
    for (const problem of problems) {
      expect(problem.symptoms, problem.id).not.toEqual([]);
      expect(problem.why, problem.id).toBeTruthy();
    }
  });
});

test('the vendored files of examples/argo are pinned, in one namespace, and readable', async () => {
  const vendor = join(EXAMPLES, 'argo/vendor');
  const clusterWide = ['CustomResourceDefinition', 'PriorityClass'];
  for (const file of await readdir(vendor)) {
    const text = await readFile(join(vendor, file), 'utf8');
    expect(text).not.toMatch(/image: .*:latest/);
    for (const document of parseAllDocuments(text)) {
      expect(document.errors).toEqual([]);
      const { kind, metadata } = document.toJS();
      expect(metadata.namespace).toBe(clusterWide.includes(kind) ? undefined : 'argo');
    }
  }
});
