// Checks the English of docs, README, CHANGELOG, and of the comments, messages and test titles in the code.
// `node scripts/prose/check-prose.mjs [--all]`: exit code 1 where a rule is broken. docs/style.md holds the rules.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { toString as textOf } from 'nlcst-to-string';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRetext from 'remark-retext';
import retextEnglish from 'retext-english';
import retextReadability from 'retext-readability';
import retextRepeatedWords from 'retext-repeated-words';
import retextSimplify from 'retext-simplify';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import { VFile } from 'vfile';
import { reporter } from 'vfile-reporter';
import { allowed, avoided, replacedNames } from './avoided-words.mjs';
import { ambiguousNames } from './exported-names.mjs';
import { proseOf } from './prose-of.mjs';

/** Avoided words per 1,000 lines that are accepted. */
const ACCEPTED = 2;

/** Words of one sentence in docs; a longer one needs a second reading. */
const LONGEST_SENTENCE = 45;

/**
 * A sentence of at least 14 words is too hard if five of seven formulas put its readers above 16 years. Four of seven also
 * find short sentences whose only difficulty is a list of terms (docs/style.md has the numbers).
 */
const READABLE = { age: 16, threshold: 5 / 7, minWords: 14 };

/** Phrases of retext-simplify that are terms of this field, or are no longer than their replacement. */
const TERMS = [
  ...[
    'address',
    'all of',
    'appropriate',
    'approximate',
    'attempt',
    'caution',
    'change',
    'component',
    'contains',
  ],
  ...[
    'delete',
    'determine',
    'effect',
    'equivalent',
    'execute',
    'expiration',
    'function',
    'identical',
    'identify',
  ],
  ...[
    'implement',
    'in part',
    'indicate',
    'initial',
    'initialize',
    'it is',
    'maintain',
    'maximum',
    'method',
    'minimum',
  ],
  ...[
    'modify',
    'monitor',
    'multiple',
    'necessary',
    'option',
    'parameters',
    'portion',
    'previous',
    'previously',
  ],
  ...[
    'provide',
    'provided that',
    'remain',
    'remainder',
    'request',
    'require',
    'requirement',
    'resource',
    'retain',
  ],
  ...[
    'submit',
    'subsequent',
    'sufficient',
    'terminate',
    'there are',
    'there is',
    'transmit',
    'type',
    'validate',
    'witnessed',
    'observe',
    'capability',
    'satisfy',
    'literally',
  ],
  ...[
    'evident',
    'evaluate',
    'interface',
    'evidence',
    'discover',
    'however',
    'whereas',
    'similar to',
    'limited',
    'selection',
    'objective',
    'combined',
  ],
  ...[
    'close',
    'accompany',
    'allocate',
    'facilitate',
    'forward',
    'include',
    'inception',
    'notify',
    'participate',
    'preserve',
  ],
];

function avoidedWords() {
  return (tree, file) =>
    visit(tree, 'SentenceNode', (sentence) => {
      const text = textOf(sentence);
      for (const [pattern, instead] of avoided) {
        const match = new RegExp(pattern, 'i').exec(text);
        if (match)
          file.message(`"${match[0]}": write ${instead}`, {
            place: sentence.position,
            source: 'avoid',
            ruleId: 'avoid',
          });
      }
    });
}

function longSentences() {
  return (tree, file) =>
    visit(tree, 'SentenceNode', (sentence) => {
      const words = sentence.children.filter(({ type }) => type === 'WordNode').length;
      if (words > LONGEST_SENTENCE)
        file.message(`${words} words in one sentence, at most ${LONGEST_SENTENCE}`, {
          place: sentence.position,
          source: 'prose',
          ruleId: 'long',
        });
    });
}

const markdown = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(
    remarkRetext,
    unified()
      .use(retextEnglish)
      .use(retextRepeatedWords)
      .use(retextSimplify, { ignore: TERMS })
      .use(retextReadability, READABLE)
      .use(avoidedWords)
      .use(longSentences),
  );
const words = unified().use(retextEnglish).use(retextRepeatedWords).use(avoidedWords);

const tracked = execFileSync('git', ['ls-files', 'src', 'test', 'docs', 'scripts', 'bench', '*.md'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter(
    (file) => /\.(ts|mjs|cjs|md)$/.test(file) && !/fixtures|vendor|^examples|^test\/.*\.md$/.test(file),
  );

const files = [];
let lines = 0;
for (const path of tracked) {
  const text = readFileSync(path, 'utf8');
  if (!path.startsWith('test/')) lines += text.split('\n').length;
  const file = new VFile({ path, value: text });
  if (path.endsWith('.md')) await markdown.run(markdown.parse(file), file);
  else await checkCode(file, text);
  file.messages = file.messages.filter((message) => !isAllowed(path, message));
  files.push(file);
}

async function checkCode(file, text) {
  for (const prose of proseOf(file.path, text)) {
    const piece = new VFile(prose.text);
    await words.run(words.parse(piece), piece);
    for (const { reason, source, ruleId } of piece.messages) {
      // A script or a table in a literal may repeat a word.
      if (source === 'retext-repeated-words' && !prose.comment) continue;
      const rule = prose.title ? 'title' : ruleId;
      file.message(reason, { place: { line: prose.line, column: 1 }, source, ruleId: rule });
    }
  }
  for (const [name, instead] of replacedNames) {
    const at = text.search(name);
    if (at >= 0 && !file.path.startsWith('scripts/prose/'))
      file.message(`"${name.exec(text)[0]}" was renamed: ${instead}`, {
        place: { line: text.slice(0, at).split('\n').length, column: 1 },
        source: 'glossary',
        ruleId: 'name',
      });
  }
}

for (const { path, line, text } of ambiguousNames())
  files
    .find((file) => file.path === path)
    .message(text, { place: { line, column: 1 }, source: 'glossary', ruleId: 'name' });

function isAllowed(path, message) {
  return allowed.some(({ file, text }) => path.startsWith(file) && text.test(message.reason));
}

const count = (rule) =>
  files
    .filter(({ path }) => !path.startsWith('test/'))
    .flatMap(({ messages }) => messages)
    .filter(({ ruleId }) => ruleId === rule).length;
const rate = (count('avoid') * 1000) / lines;
// Titles of tests are read one by one, when they fail: none may have an avoided word.
const other = files.flatMap(({ messages }) => messages).filter(({ ruleId }) => ruleId !== 'avoid').length;
const failed = rate > ACCEPTED || other > 0;
if (failed || process.argv.includes('--all')) console.error(reporter(files, { quiet: true }));
console.error(
  `prose: ${count('avoid')} avoided words in ${lines} lines, ${rate.toFixed(1)} per 1,000 (at most ${ACCEPTED}); ${other} other findings`,
);
process.exitCode = failed ? 1 : 0;
