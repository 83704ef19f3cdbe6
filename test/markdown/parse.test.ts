import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import type { Span } from '../../src/model/place.ts';
import type { Runbook } from '../../src/model/runbook.ts';
import { installedMarkdown } from './installed-markdown.ts';

const parse = (text: string, options?: { loose: boolean }) => parseRunbook(sourceOf(text, 'a.md'), options);

const codes = (runbook: Runbook) => runbook.diagnostics.map(({ code }) => code);

describe('any text has a result', () => {
  test('for the READMEs of all installed packages', () => {
    for (const file of installedMarkdown()) {
      const text = readFileSync(file, 'utf8');
      expectSound(text, parse(text));
      expectSound(text, parse(text, { loose: true }));
    }
  });

  test('for texts made of meaningful words', () => {
    const piece = fc.constantFrom(
      ...[
        '---',
        'runbook: 1',
        '# T',
        '## Steps',
        '## Problems',
        '## Inputs',
        '## Facts',
        '### A',
        '#### B',
        '- ',
        '> ',
        '  ',
        '\t',
      ],
      ...[
        'Why:',
        'Run:',
        '**Fix:**',
        'Verify:',
        '*Undo*:',
        'Symptom: `abcdefgh`',
        'When: `file /x exists`',
        'Needs: a',
        'For: a',
        'Rollback:',
      ],
      ...[
        '```bash',
        '```check',
        '```yaml {"apply":"kubernetes"}',
        '```x { file=y }',
        '```',
        '~~~',
        '    code',
        '<!--',
        '-->',
        '<div>',
      ],
      ...[
        '| Name | Kind |',
        '| Fact | Value |',
        '|---|---|',
        '| A | secret |',
        '\\|',
        '`',
        '[a](#a)',
        '${A}',
        'file /x exists',
        '===',
        '\r',
      ],
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(piece, fc.constantFrom('\n', '\n', '\n\n', ' ', '')), { maxLength: 40 }),
        (pieces) => {
          const text = pieces.flat().join('');
          expectSound(text, parse(text, { loose: true }));
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 2000) },
    );
  });

  test('for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) =>
        expectSound(text, parse(text, { loose: true })),
      ),
    );
  });
});

test('an ordinary document is loose, and has steps only on request', () => {
  const text = '# Title\n\n```bash\ntrue\n```\n';
  expect(parse(text)).toMatchObject({ kind: 'loose', name: 'Title', steps: [] });
  expect(parse(text, { loose: true })).toMatchObject({ kind: 'loose', steps: [{ id: 'title' }] });
});

test('prompts on later lines are removed, but not in here-documents', () => {
  const lines = [
    "cat > notes <<'EOF'",
    '$ echo kept',
    'EOF',
    '$ echo prompted',
    'cat <<<x',
    '$ echo too',
    '',
  ];
  const [step] = parse(`~~~bash\n${lines.join('\n')}~~~\n`, { loose: true }).steps;
  const text = step!.actions[0]!.text.split('\n');
  expect(text).toEqual([...lines.slice(0, 3), 'echo prompted', 'cat <<<x', 'echo too', '']);
});

test('a runbook is parsed as one, with and without --loose', () => {
  const text = '## Steps\n\n### One\n\nRollback:\n\n```bash\ntrue\n```\n';
  expect(codes(parse(text, { loose: true }))).toEqual(['unknown-label']);
  expect(parse(text, { loose: true }).kind).toBe('runbook');
});

test('sorts diagnostics in document order', () => {
  const text =
    '## Steps\n\n### One\n\n```bash {"timeout":"x"}\n```\n\n### One\n\n```bash {"mode":"x"}\n```\n';
  expect(parse(text).diagnostics.map(({ place }) => place?.line)).toEqual([5, 8, 10]);
});

test('ignores the kind of line ends', () => {
  const text = readFileSync('test/fixtures/parse/argo.md', 'utf8');
  const meaning = (runbook: Runbook) =>
    runbook.steps.map(({ id, actions, why }) => [id, why, actions.map((each) => each.text)]);
  for (const eol of ['\r\n', '\r'])
    expect(meaning(parse(text.replaceAll('\n', eol)))).toEqual(meaning(parse(text)));
});

/** The invariants of every result: spans are inside the text, and sections and steps are in order. */
function expectSound(text: string, { sections, steps, diagnostics }: Runbook): void {
  const inside = ({ start, end }: Span) =>
    expect(0 <= start && start <= end && end <= text.length).toBe(true);
  for (const { span, headingSpan } of [...sections, ...steps]) [span, headingSpan].forEach(inside);
  for (const action of steps.flatMap((step) => [...step.actions, ...step.undo])) inside(action.span);
  for (const group of [sections, steps]) {
    group.forEach(({ span }, index) => {
      const next = group[index + 1];
      if (next) expect(span.end).toBeLessThanOrEqual(next.span.start);
    });
  }
  for (const { code, message, remedy, place } of diagnostics) {
    expect(code).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(message && remedy && place).toBeTruthy();
  }
}

test.each(['\r\n', '\r'])('with line ends %j it means the same, front matter included', (eol) => {
  const text =
    '---\nrunbook: 1\nenv:\n  A: b\nrequires: [curl]\n---\n\n## Steps\n\n### a\n\nWhy: x.\n\n```bash\necho a\necho b\n```\n';
  const [plain, other] = [parse(text), parse(text.replaceAll('\n', eol))];
  const meaning = ({ frontMatter: { span: _, ...rest }, steps, diagnostics }: Runbook) => ({
    rest,
    steps: steps.map(({ id, why, actions }) => ({ id, why, texts: actions.map((each) => each.text) })),
    diagnostics,
  });
  expect(meaning(other)).toEqual(meaning(plain));
});
