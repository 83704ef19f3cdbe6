import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codeText } from '../../src/markdown/action-fence.ts';
import { parseCheckLine } from '../../src/markdown/checks/check-grammar.ts';
import { scanBlocks } from '../../src/markdown/commonmark/scan.ts';
import { readInfo } from '../../src/markdown/fence.ts';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';

const page = sourceOf(readFileSync('docs/format.md', 'utf8'), 'docs/format.md');

const fences = scanBlocks(page).flatMap((block) => {
  if (block.kind !== 'fence') return [];
  const { line } = page.placeAt(block.span.start);
  return [{ line, text: codeText(page, block.lines), ...readInfo(block.info) }];
});

const examples = fences.filter(({ language }) => language === 'markdown');

describe('the examples of docs/format.md', () => {
  test('exist', () => expect(examples.length).toBeGreaterThan(7));

  test.each(examples)('line $line says what it should', ({ text, attributes }) => {
    const { within, errors = '', loose } = attributes;
    const document = within
      ? `## ${within}\n\n## Steps\n\n### The step before\n\n## ${within}\n\n${text}`
      : text;
    const runbook = parseRunbook(sourceOf(document, 'example.md'), { loose: loose === 'true' });
    expect(runbook.diagnostics.map(({ code }) => code).join(' ')).toBe(errors);
    expect(runbook.kind).toBe(loose === 'true' ? 'loose' : 'runbook');
  });

  const checks = fences
    .filter(({ language }) => language === 'check')
    .flatMap(({ text }) => text.trim().split('\n'));
  test.each(checks)('%s', (line) => {
    const { check, diagnostics } = parseCheckLine(line, { file: '', line: 1, column: 1 });
    expect([check?.text, diagnostics]).toEqual([line, []]);
  });

  test('are parsed as the page says', () => {
    const runbook = parseRunbook(sourceOf(examples[0]!.text, 'example.md'));
    expect(runbook.steps.map(({ kind, id, for: served }) => [kind, id, served])).toEqual([
      ['step', 'install-k3s', undefined],
      ['problem', 'traefik-takes-the-ports-that-caddy-needs', 'start-caddy'],
      ['step', 'start-caddy', undefined],
    ]);
    expect(runbook.steps.map(({ actions }) => actions.map((action) => action.kind))).toEqual([
      ['shell'],
      ['shell'],
      ['file', 'shell'],
    ]);
    expect(runbook.inputs.map(({ name, kind }) => [name, kind])).toEqual([
      ['REGISTRY_USER', 'variable'],
      ['REGISTRY_PASS', 'secret'],
    ]);
  });
});

test('both pages have the same grammar of checks', () => {
  const grammar = (file: string) => /^```ebnf\n.*?^```$/ms.exec(readFileSync(file, 'utf8'))?.[0];
  expect(grammar('docs/format.md')).toBe(grammar('docs/checks.md'));
});

test('lists each code that a fixture shows, and no other', () => {
  const table = page.text.slice(page.text.indexOf('## What the parser says'));
  const rows = [...table.matchAll(/^\| `([a-z0-9-]+)` \| (error|warning) \|/gm)].map(
    ([, code, severity]) => `${severity} ${code}`,
  );
  const folder = 'test/fixtures/parse';
  const fixtures = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const shown = fixtures.flatMap((name) => {
    const { diagnostics } = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as {
      diagnostics: string[];
    };
    return diagnostics.map((each) => /^\S+ (\w+ [a-z0-9-]+):/.exec(each)![1]!);
  });
  const ofDecoding = ['error too-large', 'error binary-file', 'error invalid-utf8'];
  const expected = new Set([
    ...ofDecoding,
    ...shown.filter((each) => !/^error check-(?!outside)/.test(each)),
  ]);
  expect(rows.toSorted()).toEqual([...expected].sort());
});
