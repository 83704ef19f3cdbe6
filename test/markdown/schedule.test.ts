import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';

const parse = (rows: string, columns = '| What | When | Tell |') =>
  parseRunbook(
    sourceOf(
      `---\nrunbook: 1\n---\n\n# x\n\n## Schedule\n\n${columns}\n${columns.replace(/\w+/g, '---')}\n${rows}\n\n## Steps\n\n### Back up\n\n~~~bash\ntrue\n~~~\n`,
      'AUTODOCK.md',
    ),
  );

describe('the section Schedule', () => {
  test('names verbs, steps and other documents', () => {
    const { schedule, diagnostics } = parse(
      '| drift | daily | ops |\n| `replay --dry-run` | `*-*-01 04:00` | ops, mail |\n| back-up | *-*-01 05:00 | — |\n| restore.md | monthly | |',
    );
    expect(diagnostics).toEqual([]);
    expect(schedule).toMatchObject([
      { name: 'drift', verb: 'drift', flags: [], when: 'daily', tell: ['ops'] },
      { name: 'replay-dry-run', verb: 'replay', flags: ['--dry-run'], tell: ['ops', 'mail'] },
      { name: 'back-up', verb: 'replay', flags: ['--only', 'back-up'], tell: [] },
      { name: 'restore', verb: 'replay', document: 'restore.md', when: 'monthly' },
    ]);
  });

  test.each([
    ['| drift | dayly | |', 'daily'],
    ['| drfit | daily | |', 'drift'],
    ['| replay --yes | daily | |', 'cannot have --yes'],
    ['| rm -rf / | daily | |', 'not a verb'],
    ['| drift --on | daily | |', 'needs a value'],
    ['| drift | daily | |\n| drift | weekly | |', 'its own name'],
  ])('warns about %j, at its place', (rows, words) => {
    const { schedule, diagnostics } = parse(rows);
    expect(diagnostics).toMatchObject([
      { code: 'bad-schedule', severity: 'warning', message: expect.stringContaining(words) },
    ]);
    expect(diagnostics[0]!.place!.line).toBeGreaterThan(10);
    expect(schedule.length).toBe(rows.split('\n').length - 1);
  });

  test('tells rows apart by the column Name', () => {
    const { schedule } = parse(
      '| drift | drift | daily |\n| drift again | drift | weekly |',
      '| Name | What | When |',
    );
    expect(schedule.map(({ name }) => name)).toEqual(['drift', 'drift-again']);
  });

  test('leaves other tables alone', () => {
    expect(parse('| beta | May |', '| Release | Date |')).toMatchObject({ schedule: [], diagnostics: [] });
  });
});
