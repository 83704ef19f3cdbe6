import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { entriesIn } from '../../src/journal/agent/journal-lines.ts';
import { jsonLinesOf } from '../../src/journal/lines/json-lines.ts';
import { emptyMemory, remember } from '../../src/journal/memory.ts';
import { readJournalRecords } from '../../src/journal/read.ts';
import type { LoopRecord } from '../../src/loop/loop.ts';
import { EMPTY_LOOP, withRecord } from '../../src/loop/loop-state.ts';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';

// Written by version 0.1.0 as of 2026-11-26: two passes with a fix and a rename, an agent's session, and an undo.
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/earlier/${name}`, import.meta.url));
const textOf = (name: string) => readFileSync(fixture(name), 'utf8');

test('a document of an earlier version has no errors, and its entries are read', () => {
  const { diagnostics, steps } = parseRunbook(sourceOf(textOf('AUTODOCK.md'), 'AUTODOCK.md'));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(steps.map(({ id }) => id)).toEqual([
    'break',
    'write-a-file',
    'serve-the-file',
    'fail-without-the-flag',
    'there-is-no-flag',
  ]);
});

test('a journal of an earlier version is read to its end, and remembers each step', async () => {
  const memory = emptyMemory();
  const read = await readJournalRecords(
    fixture('journal.jsonl'),
    () => Number.MAX_SAFE_INTEGER,
    (record) => remember(memory, record),
  );
  expect(read).toMatchObject({ records: 23, torn: false });
  const statuses = [...memory.steps].map(([step, { status }]) => [step, status]);
  expect(Object.fromEntries(statuses)).toEqual({
    'write-a-file': 'undone',
    'serve-the-file': 'undone',
    'fail-without-the-flag': 'confirmed',
    break: 'confirmed',
  });
  expect(memory.steps.get('write-a-file')?.title).toBe('Write a file');
});

test("an agent's journal of an earlier version keeps attempts, problems and what was saved", () => {
  const text = textOf('agent.jsonl');
  const lines = entriesIn(jsonLinesOf(text), 'agent.jsonl');
  expect(lines.length).toBe(text.split('\n').filter((line) => line !== '').length);
  const loop = lines
    .map((line, index) => ({ ...line, seq: index + 1 }) as LoopRecord)
    .filter(({ kind }) => !['job', 'job-ended', 'snapshot', 'approval'].includes(kind))
    .reduce(withRecord, EMPTY_LOOP);
  expect(loop.attempts.map(({ step, status }) => [step, status])).toEqual([
    ['break', 'failed'],
    ['break', 'succeeded'],
  ]);
  expect(loop.problems).toMatchObject([{ id: 'p-fd4bc824' }]);
});
