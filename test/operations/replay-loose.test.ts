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

  test('prompts on later lines, a prompt without a language, and named fences of other languages, as runme runs them', async () => {
    const scene = await scenario(
      [
        '# A\n',
        '```bash\n# install\n$ echo one >> log\nnot a command\n```\n',
        '```bash\necho two >> log\n$ echo three >> log\n```\n',
        '```\n$ echo four >> log\nfour\n```\n',
        '```js {"name":"five","tags":["a","b"]}\nrequire("fs").appendFileSync("log", "five\\n");\n```\n',
        '```python\nprint("documentation")\n```\n',
        '```go {"name":"six"}\npackage main\n```\n',
        '```bash {% raw %}\necho seven >> log\n```\n',
      ].join('\n'),
    );
    const told = await scene.replay(loose);
    expect(told.exit).toBe(0);
    expect(await scene.ran()).toEqual(['one', 'two', 'three', 'four', 'five', 'seven']);
    const { report } = await scene.run('lint', loose);
    expect(report.diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      'fence-not-run',
      'bad-attributes',
    ]);
  });

  test('fences of the section Prerequisites run before the documents that it links to', async () => {
    const scene = await scenario(
      '# A\n\n## Use\n\n```bash\necho use >> log\n```\n\n## Prerequisites\n\n```bash\necho own >> log\n```\n\nThen [b](b.md).\n',
      { files: { 'b.md': '# B\n\n```bash\necho linked >> log\n```\n' } },
    );
    await scene.replay(loose);
    expect(await scene.ran()).toEqual(['own', 'linked', 'use']);
  });

  test('so do those of a linked document, which runs once however often it is linked', async () => {
    const fence = (word: string) => `\`\`\`bash\necho ${word} >> log\n\`\`\`\n\n`;
    const scene = await scenario(
      `# A\n\n## Prerequisites\n\n[b](b.md) and [c](c.md)\n\n## Use\n\n${fence('a')}`,
      {
        files: {
          'b.md': `# B\n\n## Prerequisites\n\n${fence('b-first')}Then [c](c.md).\n\n## Go on\n\n${fence('b')}`,
          'c.md': `# C\n\n${fence('c')}`,
        },
      },
    );
    await scene.replay(loose);
    expect(await scene.ran()).toEqual(['b-first', 'c', 'b', 'a']);
  });

  test('--keep-going goes on after a failed fence, since none says what it needs', async () => {
    const scene = await scenario('# A\n\n```bash\nfalse\n```\n\n```bash\necho b >> log\n```\n');
    const told = await scene.replay({ ...loose, keepGoing: true });
    expect(told.exit).toBe(1);
    expect(await scene.ran()).toEqual(['b']);
  });

  test('a shell that is not known is refused, and others are used', async () => {
    const text = (shell: string) => `---\nshell: ${shell}\n---\n# A\n\n\`\`\`sh\necho "$0" >> log\n\`\`\`\n`;
    expect((await (await scenario(text('pwsh'))).replay(loose)).diagnostics[0]).toMatchObject({
      code: 'bad-front-matter',
      severity: 'error',
    });
    const dash = await scenario(text('dash'));
    expect((await dash.replay(loose)).exit).toBe(0);
    expect((await dash.ran())[0]).not.toContain('bash');
  });

  test('lint asks for nothing that loose documents do not have, and finds placeholders', async () => {
    const scene = await scenario('# A\n\n```bash\ncurl https://<your-domain>/x >> log\n```\n');
    const { report } = await scene.run('lint', loose);
    expect(report.diagnostics.map(({ code }: { code: string }) => code)).toEqual(['placeholder']);
  });

  test('lint says of a document without a step why, fence by fence', async () => {
    const scene = await scenario('# A\n\n```\nls\n```\n\n> ```bash\n> ls\n> ```\n\n```json\n{}\n```\n');
    const { report } = await scene.run('lint', loose);
    expect(
      report.diagnostics.map(({ code, message }: { code: string; message: string }) => [code, message]),
    ).toEqual([
      ['fence-not-run', expect.stringContaining('no language')],
      ['fence-not-run', expect.stringContaining('quotation')],
      ['fence-not-run', expect.stringContaining('json')],
    ]);
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
