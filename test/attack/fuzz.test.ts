import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJournalRecords } from '../../src/journal/read.ts';
import { makeSeal } from '../../src/journal/seal.ts';
import { parseCheckLine } from '../../src/markdown/checks/check-grammar.ts';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';
import { RunbookError } from '../../src/model/diagnostic.ts';
import { readRecording } from '../../src/observe/remote/recording.ts';
import { agentTools } from '../../src/operations/all.ts';
import { approvalHash } from '../../src/plan/hash.ts';
import { scenario } from '../support/scenario.ts';

/* Everything that is parsed from outside ends in a result or in a clear error. Inputs that once crashed are in `corpus`. */

/** Milliseconds for each target; CI gives more. */
const BUDGET_MS = Number(process.env.FUZZ_MS ?? 1_500);

const corpusFolder = fileURLToPath(new URL('corpus', import.meta.url));
const corpus = (target: string): string[] =>
  readdirSync(corpusFolder)
    .filter((name) => name.startsWith(`${target}-`))
    .map((name) => readFileSync(join(corpusFolder, name), 'utf8'));

/** Feeds a target with the corpus first, then with mixtures of its own words and noise until the budget is spent. */
async function fuzz(
  target: string,
  words: readonly string[],
  feed: (text: string) => unknown,
): Promise<void> {
  const noise = fc.string({ unit: 'binary', maxLength: 12 });
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: noise },
  );
  const text = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
  for (const known of corpus(target)) await feed(known);
  const options = { numRuns: 1_000_000, interruptAfterTimeLimit: BUDGET_MS, markInterruptAsFailure: false };
  await fc.assert(
    fc.asyncProperty(text, async (each) => void (await feed(each))),
    options,
  );
}

const DOCUMENT_WORDS = [
  '---\n',
  'runbook: 1\n',
  'env:\n  A: b\n',
  'requires: [',
  '"x >= 1"',
  ']\n',
  '# T\n',
  '## Steps\n',
  '### S\n',
  '\n',
  '```bash\n',
  '```\n',
  '~~~',
  '```check\n',
  'Verify:\n',
  'When:',
  'Undo:\n',
  'Needs: a, b',
  'Symptom: `x`',
  '`/(a+)+$/`',
  '| Name | Kind |\n| --- | --- |\n',
  '| a | secret |\n',
  '<!-- runbook: ',
  ' -->',
  '{"file":"',
  '"}',
  '> ',
  '- ',
  '  ',
  '&#x',
  '[a]: <',
  '\r\n',
  '\t',
];

describe('what is parsed ends in a result or a clear error', () => {
  test('documents', () =>
    fuzz('document', DOCUMENT_WORDS, (text) => approvalHash(parseRunbook(sourceOf(text, 'x.md')))));

  test('front matter', () =>
    fuzz(
      'front-matter',
      [
        'a: ',
        '&a ',
        '*a',
        '[',
        ']',
        '{',
        '}',
        '\n',
        '  ',
        '- ',
        '!!',
        'env',
        ': ',
        'box',
        'image',
        'parity',
        'expect',
        '"',
        "'",
        '|',
        '>',
        '#',
      ],
      (text) => parseRunbook(sourceOf(`---\nrunbook: 1\n${text}\n---\n`, 'x.md')),
    ));

  test('check lines', () =>
    fuzz(
      'check',
      [
        'not ',
        'http ',
        'GET ',
        'http://a/',
        ' status ',
        '200',
        '-',
        'tcp ',
        'a:1',
        ' open',
        'port ',
        'owner ',
        'file ',
        '/a ',
        'contains ',
        '"',
        '/',
        '\\',
        'matches ',
        'k8s ',
        'jsonpath ',
        '{.a}',
        ' = ',
        'fact ',
        '>= ',
        'within ',
        '5s',
        '${A}',
        '$${',
      ],
      (text) => parseCheckLine(text, { file: 'x', line: 1, column: 1 }),
    ));

  test('records of a remote host', () =>
    fuzz(
      'remote',
      ['h ', 's ', '\0', '\n', '/a', 'missing ', '0', '-1', '99999999999', ' ', 'f', '644', 'l '],
      (text) => readRecording(Buffer.from(text), 'h'),
    ));

  test('lines of a journal', async () => {
    const { folder, world } = await scenario('# x\n');
    const path = join(folder, 'journal');
    const seal = makeSeal(world.folders.person, 'x', { from: 1, journal: Buffer.alloc(0) });
    await fuzz(
      'journal',
      [
        '{"v":1,',
        '"seq":1,',
        '"seq":2',
        '"at":"",',
        '"pass":"p",',
        '"kind":"confirmed",',
        '"step":"a"',
        '}',
        '\n',
        ',"mac":"',
        '0'.repeat(32),
        '"}',
        '\0',
        '[]',
        'null',
      ],
      async (text) => {
        await writeFile(path, text);
        for (const each of [seal, undefined]) {
          const read = readJournalRecords(
            path,
            () => 10,
            () => {},
            each,
          );
          await read.catch((error) => expect(error).toBeInstanceOf(RunbookError));
        }
      },
    );
  });

  test('arguments of every tool', async () => {
    const schemas = await Promise.all(agentTools.map(async (each) => (await each.load()).input));
    const names = [...new Set(schemas.flatMap((each) => Object.keys(each.shape)))];
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(-1, 1e308, '', '../x', '__proto__', [[]], { lang: 'bash' }),
    );
    const given = fc.dictionary(fc.constantFrom(...names, '__proto__', 'constructor'), value);
    const property = fc.property(given, (each) => {
      for (const schema of schemas) schema.safeParse(each);
    });
    fc.assert(property, { numRuns: 1_000_000, interruptAfterTimeLimit: BUDGET_MS });
  });
});
