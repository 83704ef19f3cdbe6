import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { decodeSource } from '../../src/markdown/source.ts';
import { digest } from './digest.ts';

const FOLDER = 'test/fixtures/parse';

/** Every rule of docs/format.md as a pair of a document and its parsed result; `UPDATE=1` rewrites the results. */
test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.md')))('%s', (name) => {
  const decoded = decodeSource(readFileSync(`${FOLDER}/${name}`), name);
  if (!('source' in decoded)) throw new Error(`${name} cannot be decoded`);
  const runbook = parseRunbook(decoded.source, { loose: name.startsWith('loose') });
  const answer = `${JSON.stringify(digest(decoded.source, runbook), null, 2)}\n`;
  const file = `${FOLDER}/${name.replace(/\.md$/, '.json')}`;
  if (process.env.UPDATE === '1' || !existsSync(file)) writeFileSync(file, answer);
  expect(answer).toBe(readFileSync(file, 'utf8'));
});
