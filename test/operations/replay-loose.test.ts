import { describe, expect, test } from 'vitest';
import { scenario } from '../support/scenario.ts';

const loose = { loose: true };

describe('documents of other tools', () => {
  test("runme's kind: names, attributes in both forms, prompts, a directory for all", async () => {
    const scene = await scenario(
      [
        '---\nshell: bash\ncwd: sub\n---\n# Examples\n',
        '```sh {name=first}\n$ echo first >> log\n```\n',
        '```sh { name=two-lines interactive=false }\n$ echo 1 >> log\n$ echo 2 >> log\n```\n',
        '```sh {"name":"left-out","excludeFromRunAll":"true"}\necho never >> log\n```\n',
        '```go\npackage main\n```\n',
        '```\n[database]\n```\n',
        '```bash\npwd | sed "s,.*/,," >> log\n```\n',
      ].join('\n'),
      { files: { 'sub/log': '' } },
    );
    const told = await scene.replay(loose);
    expect(told.exit).toBe(0);
    expect(told.story).toEqual([
      'first: acted new',
      'two-lines: acted new',
      'left-out: skipped not-selected',
      'examples: acted new',
    ]);
    expect(await scene.read('sub/log')).toBe('first\n1\n2\nsub\n');
  });

  test("InnovationEngine's kind: prerequisites in the same state, expected output by similarity and expression", async () => {
    const scene = await scenario(
      [
        '# Main\n\n## Prerequisites\n\nRead [this](common/before.md), and [that](https://example.org/never.md).\n',
        '## Use it\n\n```azurecli-interactive\necho "The hash is $UNIQUE"\n```\n\n<!-- expected_similarity=0.7 -->\n\n```text\nThe hash is abcd1234\n```\n',
        '<!-- expected_similarity="ha.h is \\w+" -->\n\n```text\nanything\n```\n',
        'A comment with no output behind it.\n\n<!--expected_similarity=1.0-->\n\n```bash\necho last >> log\n```\n',
      ].join('\n'),
      { files: { 'common/before.md': '# Before\n\n```bash\nexport UNIQUE=abcd9999\n```\n' } },
    );
    const told = await scene.replay(loose);
    expect(told.story).toEqual([
      'common/before.md/before: acted new',
      'use-it: acted new',
      'use-it-1: acted new',
    ]);
    expect(await scene.ran()).toEqual(['last']);
    expect((await scene.replay(loose)).report.summary).toMatchObject({ acted: 0, skipped: 3 });
  });

  test('line highlights of documentation sites are not attributes', async () => {
    const scene = await scenario(
      '# A\n\n```bash {1,3-5}\necho one >> log\n```\n\n```sh {2} {"name":"second"}\necho two >> log\n```\n',
    );
    const told = await scene.replay(loose);
    expect(told.diagnostics).toEqual([]);
    expect(told.story).toEqual(['a: acted new', 'second: acted new']);
  });

  test('fails if the output differs too much', async () => {
    const scene = await scenario(
      '# A\n\n```bash\necho something else\n```\n\n<!-- expected_similarity=0.9 -->\n\n```text\nHello World\n```\n',
    );
    expect((await scene.replay(loose)).exit).toBe(1);
  });

  test.each([
    ['outside', '[x](../evil.md)', 'prerequisite-outside'],
    ['missing', '[x](none.md)', 'prerequisite-missing'],
    ['itself', '[x](AUTODOCK.md)', 'prerequisite-circle'],
  ])('refuses a prerequisite that leads %s', async (_, link, code) => {
    const scene = await scenario(`# A\n\n## Prerequisites\n\n${link}\n\n\`\`\`bash\necho x >> log\n\`\`\`\n`);
    await scene.write('../evil.md', '# E\n\n```bash\necho evil >> log\n```\n');
    const told = await scene.replay(loose);
    expect([told.exit, told.diagnostics[0]?.code]).toEqual([65, code]);
    expect(await scene.ran()).toEqual([]);
  });

  test('an approval covers the prerequisites, and a change of either asks again', async () => {
    const scene = await scenario('# A\n\n## Prerequisites\n\n[x](b.md)\n\n```bash\necho a >> log\n```\n', {
      files: { 'b.md': '# B\n\n```bash\necho b >> log\n```\n' },
    });
    await scene.run('approve', { file: 'b.md' });
    expect((await scene.run('replay', loose)).diagnostics[0]?.code).toBe('not-approved');
    expect((await scene.run('approve')).report.shown).toContain('echo b >> log');
    expect((await scene.run('replay', loose)).exit).toBe(0);
    expect(await scene.ran()).toEqual(['b', 'a']);
    await scene.write('b.md', '# B\n\n```bash\necho c >> log\n```\n');
    expect((await scene.run('replay', loose)).diagnostics[0]?.code).toBe('not-approved');
  });

  test('in a terminal asks about each block, and skips it after a no', async () => {
    const asked: string[] = [];
    const person = {
      confirm: async (question: string) => {
        asked.push(question);
        return !question.includes('echo two');
      },
      ask: async () => '',
      choose: async () => 'no',
      withTerminal: <T>(work: () => Promise<T>) => work(),
    };
    const scene = await scenario('# A\n\n```bash\necho one >> log\n```\n\n```bash\necho two >> log\n```\n', {
      person,
    });
    const told = await scene.run('replay', loose);
    expect(told.story).toEqual(['a: acted new', 'a-1: skipped declined']);
    expect(asked).toHaveLength(2);
    expect(await scene.ran()).toEqual(['one']);
  });
});
