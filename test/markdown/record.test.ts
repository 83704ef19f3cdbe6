import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import type { Learned, LearnedStep } from '../../src/markdown/record/learned.ts';
import { recordLearned } from '../../src/markdown/record/record.ts';
import { slugOf } from '../../src/markdown/record/slug.ts';
import { sourceOf } from '../../src/markdown/source.ts';

const folder = new URL('../fixtures/record/', import.meta.url);
const cases = readdirSync(folder).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []);

function record(text: string, learned: Learned): string {
  const source = sourceOf(text, 'AUTODOCK.md');
  return recordLearned(source, parseRunbook(source), learned);
}

/** Pairs: NAME.before.md with NAME.json becomes NAME.after.md; UPDATE=1 rewrites the last. */
test.each(cases)('%s', (name) => {
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
  const learned = JSON.parse(read(`${name}.json`)) as Learned;
  const after = record(read(`${name}.before.md`), learned);
  if (process.env.UPDATE) writeFileSync(new URL(`${name}.after.md`, folder), after);
  expect(after).toBe(read(`${name}.after.md`));
  expect(record(after, learned), 'twice changes nothing').toBe(after);
  expect(parseRunbook(sourceOf(after, 'x')).diagnostics.filter((each) => each.severity === 'error')).toEqual(
    [],
  );
});

const line = fc.stringMatching(/^[ -~]{0,40}$/);
const text = fc
  .array(line, { minLength: 1, maxLength: 5 })
  .map((lines) => `${lines.join('\n').replace(/\n+$/, '')}\n`);
const step = fc
  .record({ title: fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ]{2,30}$/), why: line, run: text, undo: text })
  .map(({ title, why, run, undo }): LearnedStep => {
    const plain = title.replace(/\s+/g, ' ').trim();
    const fence = (code: string) => ({ lang: 'bash', text: code.replace(/\n+$/, '\n'), attributes: {} });
    const verify = [{ lang: 'check', text: 'file x exists\n', attributes: {} }];
    const body = {
      title: plain,
      why,
      run: [fence(`: start\n${run}`)],
      verify,
      undo: [fence(`: undo\n${undo}`)],
    };
    return { id: slugOf(plain), body, kind: 'new' };
  });

test('reads back any recorded step as it ran, and keeps every other byte', () => {
  const eol = fc.constantFrom('\n', '\r\n');
  fc.assert(
    fc.property(step, eol, fc.boolean(), (learned, end, final) => {
      const lines = [
        '---',
        'runbook: 1',
        '---',
        '',
        '# T',
        '',
        '## Steps',
        '',
        '### Old one here',
        '',
        '```bash',
        'true',
        '```',
        '',
        '## Notes',
        '',
        'prose',
      ];
      const before = lines.join(end) + (final ? end : '');
      fc.pre(learned.id !== 'old-one-here');
      const after = record(before, { steps: [{ ...learned, after: 'old-one-here' }] });
      const read = parseRunbook(sourceOf(after, 'x'));
      const found = read.steps.find(({ id }) => id === learned.id);
      expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(found?.actions.map((each) => each.text)).toEqual(learned.body.run.map((each) => each.text));
      expect(found?.undo.map((each) => each.text)).toEqual(learned.body.undo.map((each) => each.text));
      expect(found?.verify.map((each) => each.text)).toEqual(['file x exists']);
      const at = after.indexOf('## Notes');
      expect(after.slice(at)).toBe(before.slice(before.indexOf('## Notes')));
      expect(after.startsWith(before.slice(0, before.indexOf('## Notes')))).toBe(true);
      if (end === '\r\n') expect(after.replaceAll('\r\n', '')).not.toContain('\n');
      expect(record(after, { steps: [{ ...learned, after: 'old-one-here' }] })).toBe(after);
    }),
    { numRuns: 300 },
  );
});

test('writes the last of two values with one name, once', () => {
  const before = '## Facts\n\n| Fact | Value |\n| --- | --- |\n| port | 80 |\n\n## Steps\n';
  const fact = (name: string, value: string) => ({ name, value, unit: '', command: '', on: '', why: '' });
  const facts = [fact('port', '81'), fact('new', '1'), fact('port', '82'), fact('new', '2')];
  expect(record(before, { facts })).toBe(
    '## Facts\n\n| Fact | Value |\n| --- | --- |\n| port | 82 |\n| new | 2 |\n\n## Steps\n',
  );
});
