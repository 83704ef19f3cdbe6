import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { OWN_FILE } from '../../../src/journal/journal-folder.ts';
import {
  appendLines,
  type JsonLine,
  jsonLinesOf,
  readJsonLines,
} from '../../../src/journal/lines/json-lines.ts';

function file(content: string | Buffer = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-lines-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'x.jsonl');
  writeFileSync(path, content);
  return path;
}

async function linesIn(path: string): Promise<JsonLine[]> {
  const handle = await open(path);
  try {
    const lines: JsonLine[] = [];
    for await (const batch of readJsonLines(handle, (await handle.stat()).size)) lines.push(...batch);
    return lines;
  } finally {
    await handle.close();
  }
}

test('a line that is JSON counts with and without its newline, and one that is not has no value', () => {
  const read = jsonLinesOf('{"a":1}\n\n{"torn\n{"b":2}');
  expect(read.map(({ number, value, isEnded }) => [number, value, isEnded])).toEqual([
    [1, { a: 1 }, true],
    [3, undefined, true],
    [4, { b: 2 }, false],
  ]);
});

test('offsets are in bytes, also after a damaged character', () => {
  const bytes = Buffer.concat([Buffer.from('"ä"\n"'), Buffer.from([0xff]), Buffer.from('"\n1')]);
  expect(jsonLinesOf(bytes).map(({ end }) => end)).toEqual([5, 9, 10]);
});

test('a file read in pieces has the lines of the same bytes read in one go', async () => {
  const long = `"${'é'.repeat(700_000)}"`;
  const text = [long, '{"a":1}', '', long, '{"torn'].join('\n');
  expect(await linesIn(file(text))).toEqual(jsonLinesOf(text));
});

test('any entries come back as they were appended, after whatever a crash left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.object(), { minLength: 1 }), fc.string(), async (entries, left) => {
      const path = file(left.replaceAll('\n', ''));
      await appendLines(path, entries);
      const values = (await linesIn(path)).map(({ value }) => value);
      expect(values.slice(-entries.length)).toEqual(JSON.parse(JSON.stringify(entries)));
    }),
    { numRuns: 50 },
  );
});

test('a line is not appended through a symlink where its flag forbids that', async () => {
  const path = file('');
  symlinkSync(path, `${path}.link`);
  await expect(appendLines(`${path}.link`, [{ a: 1 }], OWN_FILE.append)).rejects.toMatchObject({
    code: 'ELOOP',
  });
  expect(readFileSync(path, 'utf8')).toBe('');
});
