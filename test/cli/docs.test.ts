import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags.ts';
import { mcpRow } from '../../src/mcp/row.ts';
import { operations } from '../../src/operations/all.ts';
import { serveRow } from '../../src/serve/row.ts';

const rows = [...operations, serveRow, mcpRow].map((row) => [row.name, row] as const);

test('docs/cli.md matches the operations', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr: stderr.slice(0, 500) }).toEqual({ status: 0, stderr: '' });
});

test('every operation in src/operations is in the list', () => {
  const files = readdirSync('src/operations', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`src/operations/${file}`, 'utf8'));
  const defined = files.flatMap((text) =>
    [...text.matchAll(/export const (\w+) = defineOperation\(/g)].map(([, name]) => name),
  );
  const table = readFileSync('src/operations/all.ts', 'utf8');
  const listed = [...table.matchAll(/ {4}load: .*\)\.(\w+),\n/g)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(defined.toSorted());
  expect(operations).toHaveLength(listed.length);
});

test.each(rows)('every example of %s is a call of it', async (name, row) => {
  const { examples } = await row.load();
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples)
    expect(example).toMatch(new RegExp(`^(?:[A-Z_]+=\\S+ )*runbook ${name}( |$)`));
});

test.each(rows)('every flag of %s is explained once', async (_name, row) => {
  const flags = flagsOf(await row.load());
  expect(new Set(flags.map((flag) => flag.name)).size).toBe(flags.length);
  for (const flag of flags) expect(flag.summary, flag.name).not.toBe('');
});
