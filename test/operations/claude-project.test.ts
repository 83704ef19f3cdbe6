import { existsSync } from 'node:fs';
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

  test('.mcp.json keeps its own formatting, and names a command that can be run', async () => {
    const before = '{\n\t"mcpServers": {\n\t\t"other": {"command": "x"}\n\t}\n}\n';
    const scene = await scenario(BARE, { files: { '.mcp.json': before } });
    expect((await scene.run('init', { claude: true })).exit).toBe(0);
    const after = await scene.read('.mcp.json');
    expect(
      after.startsWith('{\n\t"mcpServers": {\n\t\t"other": {"command": "x"},\n\t\t"runbook": {\n\t\t\t"'),
    ).toBe(true);
    const { command, args } = JSON.parse(after).mcpServers.runbook;
    expect([command, ...args].slice(-2)).toEqual(['mcp', 'AUTODOCK.md']);
    expect(command === 'runbook' || existsSync(args[0])).toBe(true);
  });

  test('AGENTS.md gets the same lines as CLAUDE.md', async () => {
    const scene = await scenario(BARE, { files: { 'AGENTS.md': '# Agents\n' } });
    await scene.run('init', { claude: true });
    expect(await scene.read('AGENTS.md')).toBe(`# Agents\n\n${await scene.read('CLAUDE.md')}`);
  });

  test('what Claude Code may call without asking is asked of a person, or given by --allow', async () => {
    const scene = await scenario(BARE, {
      files: { '.claude/settings.local.json': '{"permissions": {"allow": ["Bash(ls)"]}}\n' },
    });
    await scene.run('init', { claude: true });
    expect(await scene.read('.claude/settings.local.json')).not.toContain('runbook');
    await scene.run('init', { claude: true, allow: 'reading' });
    const { allow } = JSON.parse(await scene.read('.claude/settings.local.json')).permissions;
    expect(allow).toContain('Bash(ls)');
    expect(allow).toContain('mcp__runbook__runbook_read');
    expect(allow).not.toContain('mcp__runbook');
  });
});
