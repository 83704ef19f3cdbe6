import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PURPOSE } from '../../src/markdown/inputs.ts';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { composeText } from '../../src/markdown/site/composed-text.ts';
import { mergeSite } from '../../src/markdown/site/merge-site.ts';
import { type DocumentText, sourceOf } from '../../src/markdown/source.ts';
import type { Runbook } from '../../src/model/runbook.ts';

const read = (text: string, file: string) => {
  const source = sourceOf(text, file);
  return { source, runbook: parseRunbook(source) };
};

const site = (body = '') => read(`---\nbase: b.md\nsite: x\n---\n\n${body}`, 'x.md');

function merged(base: ReturnType<typeof read>, own: ReturnType<typeof read>) {
  const result = mergeSite(base, own);
  if ('diagnostics' in result) throw new Error(JSON.stringify(result.diagnostics));
  return { source: result.source, runbook: parseRunbook(result.source) };
}

/** What a runbook means, without where it is written. */
const meaning = ({ inputs, facts, steps, endpoints, frontMatter: { env, requires, box } }: Runbook) =>
  JSON.parse(
    JSON.stringify({ inputs, facts, steps, endpoints, env, requires, box }, (key, value) =>
      /^(?:place|span|cells|.*Span|textPlace)$/.test(key) ? undefined : value,
    ),
  );

/** Each character of the merged text is the one of the document that it is said to be from. */
function expectTrueOrigins(source: ReturnType<typeof merged>['source'], documents: readonly DocumentText[]) {
  for (const at of source.lineStarts) {
    const origin = source.originOf({ span: { start: at, end: at }, text: '' });
    if (!origin) continue;
    const { source: from, edit } = origin;
    const [one, other] = [source.placeAt(at), from.placeAt(edit.span.start)];
    const isTrue = documents.includes(from) && from.text[edit.span.start] === source.text[at];
    if (!isTrue || one.file !== other.file || one.line !== other.line || one.column !== other.column)
      throw new Error(`wrong origin at ${at}`);
  }
}

const EXAMPLES = readdirSync('examples').flatMap((name) => {
  const path = `examples/${name}/AUTODOCK.md`;
  return readdirSync(`examples/${name}`).includes('AUTODOCK.md') ? [[path] as const] : [];
});

test.each(EXAMPLES)('a site without differences means what %s means', (path) => {
  for (const eol of ['\n', '\r\n', '\r']) {
    const base = read(readFileSync(path, 'utf8').replaceAll('\n', eol), path);
    const own = site();
    const { source, runbook } = merged(base, own);
    expect(meaning(runbook)).toEqual(meaning(base.runbook));
    expect(runbook.name).toBe(`${base.runbook.name} (x)`);
    expect(runbook.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expectTrueOrigins(source, [base.source, own.source]);
  }
});

test.each(EXAMPLES)(
  'each step of %s can be left out or replaced, in documents with other line ends',
  (path) => {
    const base = read(readFileSync(path, 'utf8').replaceAll('\n', '\r\n'), path);
    const steps = base.runbook.steps.filter(({ kind }) => kind === 'step');
    for (const { id } of steps) {
      const own = site(`## Steps\n\n### Not here: ${id}\n\nWhy: x\n`);
      const { source, runbook } = merged(base, own);
      expect(runbook.steps.map((step) => step.id)).not.toContain(id);
      expect(runbook.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expectTrueOrigins(source, [base.source, own.source]);

      const other = site(`## Steps\n\n### Other\n\nWhy: y\n\n~~~bash {"name":"${id}"}\ntrue\n~~~`);
      const replaced = merged(base, other);
      expect(replaced.runbook.steps.map((step) => step.id)).toEqual(
        base.runbook.steps.map((step) => step.id),
      );
      expect(replaced.runbook.steps.find((step) => step.id === id)?.place.file).toBe('x.md');
      expectTrueOrigins(replaced.source, [base.source, other.source]);
    }
  },
);

test('a certificate stays in its document, and problems at the step that they serve', () => {
  const proof = '<!-- runbook:certificate sha256=1 image=a -->';
  const step = (title: string, more = '') => `### ${title}\n\nWhy: x\n\n${more}~~~bash\ntrue\n~~~\n\n`;
  const problem = (title: string, more: string) =>
    `### ${title}\n\n${more}Symptom: \`something\`\n\nWhy: x\n\nFix:\n\n~~~bash\ntrue\n~~~\n\n`;
  const base = read(`---\nrunbook: 1\n---\n\n## Steps\n\n${step('One')}${step('Two')}${proof}\n`, 'b.md');
  const own = site(
    `## Steps\n\n${problem('P', 'For: one\n\n')}${problem('Q', '')}${step('Two')}${problem('R', 'For: two\n\n')}${step('Three', 'After: two\n\n')}${step('Four', 'After: three\n\n')}## Problems\n\n${problem('S', '')}${proof.replace('1', '2')}\n`,
  );
  const { source, runbook } = merged(base, own);
  expect(runbook.certificate?.fields.sha256).toBe('2');
  expect(source.text.match(/runbook:certificate/g)).toHaveLength(1);
  expect(runbook.steps.map(({ id, for: served }) => [id, served])).toEqual([
    ['one', undefined],
    ['p', 'one'],
    ['q', 'two'],
    ['two', undefined],
    ['r', 'two'],
    ['three', undefined],
    ['four', undefined],
    ['s', undefined],
  ]);
  expectTrueOrigins(source, [base.source, own.source]);
});

test.each(PURPOSE)('a site keeps what the base says in a column named %s', (column) => {
  const base = read(
    `---\nrunbook: 1\n---\n\n## Inputs\n\n| Name | ${column} |\n| --- | --- |\n| PORT | for browsers |\n`,
    'b.md',
  );
  const { runbook } = merged(base, site('## Inputs\n\n| Name | Value |\n| --- | --- |\n| PORT | 80 |\n'));
  expect(runbook.inputs).toMatchObject([{ name: 'PORT', default: '80', purpose: 'for browsers' }]);
});

test('an edit of generated text, or of two documents at once, has no origin', () => {
  const a = sourceOf('aaa', 'a.md');
  const b = sourceOf('bbb', 'b.md');
  const text = composeText('c.md', [
    { source: a, span: { start: 1, end: 3 } },
    { source: a, at: 0, text: '--' },
    { source: b, span: { start: 0, end: 3 } },
  ]);
  expect(text.text).toBe('aa--bbb');
  const origin = (start: number, end: number) => text.originOf({ span: { start, end }, text: 'x' });
  expect(origin(1, 2)).toEqual({ source: a, edit: { span: { start: 2, end: 3 }, text: 'x' } });
  expect([origin(1, 3), origin(2, 3), origin(3, 5)]).toEqual([undefined, undefined, undefined]);
});
