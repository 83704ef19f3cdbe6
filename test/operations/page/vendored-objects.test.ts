import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDocuments } from '../../../src/cluster/apply/documents.ts';
import type { Runbook } from '../../../src/model/runbook.ts';
import { vendoredObjects } from '../../../src/operations/page/vendored-objects.ts';

const naming = (file: string) =>
  ({ steps: [{ actions: [{ kind: 'apply', from: file }] }] }) as unknown as Runbook;

async function objectsOf(text: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-vendored-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'a.yaml'), text);
  return (await vendoredObjects(naming('a.yaml'), folder)).get('a.yaml')!;
}

const vendor = join(import.meta.dirname, '../../../examples/argo/vendor');

test.each(readdirSync(vendor))('names the same objects of %s as reading all of it', async (file) => {
  const text = readFileSync(join(vendor, file), 'utf8');
  const read = readDocuments(text);
  if (!read.ok) throw new Error(read.message);
  const names = read.objects.map(
    ({ kind, metadata }) => `${kind} ${[metadata?.namespace, metadata?.name].filter(Boolean).join('/')}`,
  );
  expect(names.length).toBeGreaterThan(5);
  expect(await objectsOf(text)).toEqual(names);
});

test.each([
  [
    'spec before metadata',
    'kind: A\napiVersion: v1\nspec:\n  x: |\n    kind: B\nmetadata:\n  name: a\n',
    ['A a'],
  ],
  [
    'comments between',
    '# one\napiVersion: v1\n# two\nkind: A\nmetadata:\n# three\n  name: a\ndata: {}\n---\n# end\n',
    ['A a'],
  ],
  ['JSON', '{"apiVersion":"v1","kind":"A","metadata":{"name":"a","namespace":"n"},"spec":{}}', ['A n/a']],
  [
    'flow style',
    '--- {apiVersion: v1, kind: A, metadata: {name: a}}\n--- {apiVersion: v1, kind: B, metadata: {name: b}}\n',
    ['A a', 'B b'],
  ],
  [
    'a list with items at the start of a line',
    'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n  data: {k: v}\n',
    ['A a'],
  ],
  ['a broken file', 'apiVersion: [', []],
])('reads %s', async (_, text, names) => {
  expect(await objectsOf(text)).toEqual(names);
});
