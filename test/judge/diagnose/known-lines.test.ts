import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/judge/diagnose/diagnose.ts';
import { KNOWN_LINES, knownRow } from '../../../src/judge/diagnose/known/known.ts';

describe('every known line', () => {
  test.each(KNOWN_LINES.map((row) => [row.id, row] as const))(
    '%s is recognized by its own row and by no other',
    (_id, row) => {
      const lines = row.line.split('\n');
      const rows = KNOWN_LINES.filter(({ pattern }) => lines.some((line) => pattern.test(line)));
      expect(rows.map(({ id }) => id)).toEqual([row.id]);
    },
  );

  test.each(KNOWN_LINES.map((row) => [row.id, row] as const))(
    '%s gives the first finding in its own words',
    (_id, row) => {
      const [first] = diagnose({
        attempt: 'a1',
        at: '',
        output: `${row.line}\n`,
        checks: [],
        end: { kind: 'exit', code: 1 },
      });
      const words = row.says
        .split(/\{\w+\}/)
        .map((part) => part.trim())
        .sort((a, b) => b.length - a.length);
      expect(first?.title).toContain(words[0]!.replace(/[.:,]$/, ''));
      expect(first?.title).not.toMatch(/\{\w+\}/);
    },
  );
});

test.each([
  'error: wifi network guest not found in scan results',
  'network interface not found',
  'remote: repo shop not found',
  'error: git repo app.git not found',
])('no row knows the line of another program: %s', (line) => {
  expect(knownRow(line)?.row.id).toBeUndefined();
});

test('no two rows have the same name', () => {
  const names = KNOWN_LINES.map(({ id }) => id);
  expect(new Set(names).size).toBe(names.length);
});

test('every group that a row speaks of is in its pattern', () => {
  for (const { id, pattern, says, remedy } of KNOWN_LINES)
    for (const [, name] of `${says} ${remedy}`.matchAll(/(?<!\$)\{(\w+)\}/g))
      expect(pattern.source, id).toContain(`(?<${name}>`);
});
