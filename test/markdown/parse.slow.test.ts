import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../../src/markdown/parse.ts';
import { sourceOf } from '../../src/markdown/source.ts';

const parse = (text: string) => parseRunbook(sourceOf(text, 'a.md'), { loose: true });

describe('does not hang, overflow or take too long', () => {
  const million = 1_000_000;
  const hostile: Record<string, string> = {
    'ten thousand nested quotes': `${'> '.repeat(10_000)}x\n`,
    'a line of a million markers': `${'- '.repeat(million / 2)}x\n${'\n'.repeat(million / 2)}`,
    'deep lists with deep lines': `${'- '.repeat(2_000)}x\n${`${' '.repeat(4_000)}y\n\n`.repeat(200)}`,
    'a fence that never ends': `\`\`\`\n${'x\n'.repeat(million)}`,
    'a line of five million letters': 'x'.repeat(5 * million),
    'comments that never end': '<!--\n'.repeat(million / 5),
    'tags that never end': '<a b="'.repeat(million / 5),
    'definitions without an end': `${'[a]: /u\n===\n'.repeat(50_000)}`,
    'a table of a million columns': `${'|a'.repeat(million)}\n${'|-'.repeat(million)}\n`,
    'a heading of a million marks': `## ${'#'.repeat(million)}\n## Steps\n### ${'`*_['.repeat(million / 4)}\n`,
    'ten thousand needs': `## Steps\n### a\n\nNeeds: ${'a, '.repeat(10_000)}\n`,
    'attributes nested a hundred thousand deep': `## Steps\n### a\n\`\`\`bash ${'{"a":'.repeat(100_000)}\n\`\`\`\n`,
    'labels in a thousand nested items': `## Steps\n### a\n${Array.from({ length: 1_000 }, (_, depth) => `${'  '.repeat(depth)}- Run: x\n`).join('')}`,
    'a tower of brackets as front matter': `---\nrunbook: 1\na: ${'['.repeat(60_000)}\n---\n`,
    'a bomb of aliases as front matter': `---\nrunbook: 1\na0: &a0 [x,x]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i},*a${i},*a${i}]\n`).join('')}---\n`,
    'fifty thousand steps of one name': `## Steps\n${'### a\n'.repeat(50_000)}`,
  };
  test.each(Object.entries(hostile))('%s', (_, text) => {
    const started = performance.now();
    parse(text);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('reads all steps of a ten-megabyte runbook within a minute', () => {
    const step = (number: number) =>
      `### Step ${number}\n\nWhy: it is number ${number}.\n\n\`\`\`bash\ntrue ${number}\n\`\`\`\n\nVerify:\n\n\`\`\`check\nfile /tmp/${number} exists\n\`\`\`\n\n`;
    const text = `## Steps\n\n${Array.from({ length: 90_000 }, (_, number) => step(number)).join('')}`;
    expect(text.length).toBeGreaterThan(10_000_000);
    const runbook = parse(text);
    expect(runbook.diagnostics).toEqual([]);
    expect(runbook.steps).toHaveLength(90_000);
    expect(runbook.steps.at(-1)).toMatchObject({
      id: 'step-89999',
      verify: [{ text: 'file /tmp/89999 exists' }],
    });
  }, 60_000);
});
