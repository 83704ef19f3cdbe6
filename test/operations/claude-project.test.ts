import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenario } from '../support/scenario.ts';

const BARE = '---\nrunbook: 1\n---\n';

describe('init --claude and what a project brings under these names', () => {
  test.each(['.mcp.json', 'CLAUDE.md'])(
    '%s as a link out of the folder: refused, and nothing is written',
    async (name) => {
      const scene = await scenario(BARE);
      const outside = join(scene.folder, '..', 'outside');
      await writeFile(outside, '{}');
      await symlink(outside, scene.path(name));
      expect(await scene.run('init', { claude: true })).toMatchObject({
        exit: 3,
        diagnostics: [
          { code: 'link-out', message: expect.stringContaining(`${name} is a symbolic link to `) },
        ],
      });
      expect(await readFile(outside, 'utf8')).toBe('{}');
      const other = name === '.mcp.json' ? 'CLAUDE.md' : '.mcp.json';
      await expect(scene.read(other)).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  test('a link to a file that does not exist makes none', async () => {
    const scene = await scenario(BARE);
    const outside = join(scene.folder, '..', 'new');
    await symlink(outside, scene.path('CLAUDE.md'));
    expect(await scene.run('init', { claude: true })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'link-out' }],
    });
    await expect(readFile(outside)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('CLAUDE.md as a link to AGENTS.md beside it is written through, and stays a link', async () => {
    const scene = await scenario(BARE, { files: { 'AGENTS.md': '# Rules\n' } });
    await symlink('AGENTS.md', scene.path('CLAUDE.md'));
    expect((await scene.run('init', { claude: true })).exit).toBe(0);
    expect(await scene.read('AGENTS.md')).toMatch(/^# Rules\n\n## Changing this box\n/);
  });

  test('what cannot be read or added to is told in words, and left', async () => {
    const scene = await scenario(BARE, { files: { '.mcp.json': '{"mcpServers":["x"]}' } });
    expect(await scene.run('init', { claude: true })).toMatchObject({
      exit: 65,
      diagnostics: [{ code: 'bad-mcp-json' }],
    });
    await scene.write('.mcp.json', '{}');
    await mkdir(scene.path('CLAUDE.md'));
    expect(await scene.run('init', { claude: true })).toMatchObject({
      exit: 3,
      diagnostics: [
        { code: 'unwritable-file', message: expect.stringContaining('CLAUDE.md cannot be written (EISDIR)') },
      ],
    });
  });
});
