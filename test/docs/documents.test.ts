import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { decodeSource, sourceOf } from '../../src/markdown/source.ts';
import { buildPlan } from '../../src/plan/build.ts';

const ROOT = join(import.meta.dirname, '../..');
const markdownIn = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name));

function parsed(name: string) {
  const decoded = decodeSource(readFileSync(join(ROOT, name)), name);
  if (!('source' in decoded)) throw new Error(`${name} cannot be read`);
  return parseRunbook(decoded.source);
}

const errorsOf = (runbook: ReturnType<typeof parsed>) =>
  [...runbook.diagnostics, ...buildPlan(runbook).diagnostics]
    .filter((each) => each.severity === 'error')
    .map((each) => `${each.place?.file}:${each.place?.line} ${each.code}`);

const runbooks = [
  'AUTODOCK.md',
  ...markdownIn('runbooks'),
  ...markdownIn('examples').filter((name) => name.endsWith('AUTODOCK.md')),
];

test.each(runbooks)('%s is a runbook without an error', (name) => {
  const runbook = parsed(name);
  expect(runbook.kind).toBe('runbook');
  expect(errorsOf(runbook)).toEqual([]);
});

test('CLAUDE.md contains decisions, each with a reason and a date', () => {
  const { decisions } = parsed('CLAUDE.md');
  expect(decisions.length).toBeGreaterThan(4);
  for (const each of decisions)
    expect([each.title, each.why !== '', each.date !== '']).toEqual([each.title, true, true]);
});

describe('markdown examples in the docs', () => {
  const pages = ['README.md', ...markdownIn('docs')];
  const fences = pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^````markdown\n(.*?)^````$/gms)].map((match, i) => ({
      page,
      i,
      text: match[1] ?? '',
    })),
  );

  test('exist', () => expect(fences.length).toBeGreaterThan(0));

  test.each(fences.filter(({ text }) => text.startsWith('---\nrunbook: 1')))(
    '$page, example $i is a runbook without an error',
    ({ page, text }) => {
      expect(errorsOf(parseRunbook(sourceOf(text, page)))).toEqual([]);
    },
  );
});

test('links between our pages resolve', () => {
  const broken = ['README.md', 'CONTRIBUTING.md', 'CLAUDE.md', 'SECURITY.md', ...markdownIn('docs')].flatMap(
    (page) => {
      const text = readFileSync(join(ROOT, page), 'utf8').replace(/^(`{3,}|~{3,}).*?^\1/gms, '');
      const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
      return links
        .filter((link) => !/^[a-z]+:/.test(link) && !exists(join(ROOT, page, '..', link)))
        .map((link) => `${page} → ${link}`);
    },
  );
  expect(broken).toEqual([]);
});

function exists(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR';
  }
}
