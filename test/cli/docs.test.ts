import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { flagsOf } from '../../src/cli/flags.ts';
import { operations } from '../../src/operations/all.ts';

test('docs/cli.md says what the operations say', () => {
  expect(() =>
    execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], { stdio: 'pipe' }),
  ).not.toThrow();
});

test.each(operations.map((row) => [row.name, row] as const))(
  'the row of %s is its operation',
  async (_name, row) => {
    const { name, summary, effect, examples } = await row.load();
    expect({ name, summary, effect }).toEqual({ name: row.name, summary: row.summary, effect: row.effect });
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example).toMatch(new RegExp(`^runbook ${name}( |$)`));
  },
);

test.each(operations.map((row) => [row.name, row] as const))(
  'every flag of %s is explained, none twice',
  async (_name, row) => {
    const flags = flagsOf(await row.load());
    expect(new Set(flags.map((flag) => flag.name)).size).toBe(flags.length);
    for (const flag of flags) expect(flag.summary, flag.name).not.toBe('');
  },
);
