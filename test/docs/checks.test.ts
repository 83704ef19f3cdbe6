import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCheckLine } from '../../src/markdown/checks/check-grammar.ts';
import { probeKinds } from '../../src/probes/all.ts';

const page = readFileSync(new URL('../../docs/checks.md', import.meta.url), 'utf8');

const lines = [...page.matchAll(/^```check\n(.*?)^```$/gms)].flatMap(([, text]) =>
  text!.trimEnd().split('\n'),
);

test.each(lines)('%s', (line) => {
  const { check, diagnostics } = parseCheckLine(line, { file: 'docs/checks.md', line: 1, column: 1 });
  expect(diagnostics).toEqual([]);
  expect(check).toBeDefined();
});

test.each(Object.keys(probeKinds))('%s has a section and an example', (kind) => {
  expect(page).toContain(`\n## ${kind}\n`);
  expect(lines.some((line) => line.startsWith(`${kind} `))).toBe(true);
});
