import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenario } from '../support/scenario.ts';

const BARE = '---\nrunbook: 1\n---\n';

describe('init --claude and existing files with these names', () => {
  test.each(['.mcp.json', 'CLAUDE.md'])(
    'refuses %s as a link out of the folder, and writes nothing',
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

  test('does not create the missing target of a link', async () => {
    const scene = await scenario(BARE);
    const outside = join(scene.folder, '..', 'new');
    await symlink(outside, scene.path('CLAUDE.md'));
    expect(await scene.run('init', { claude: true })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'link-out' }],
    });
    await expect(readFile(outside)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('writes through a CLAUDE.md that links to AGENTS.md next to it, and keeps the link', async () => {
    const scene = await scenario(BARE, { files: { 'AGENTS.md': '# Rules\n' } });
    await symlink('AGENTS.md', scene.path('CLAUDE.md'));
    expect((await scene.run('init', { claude: true })).exit).toBe(0);
    expect(await scene.read('AGENTS.md')).toMatch(/^# Rules\n\n## Changing this box\n/);
  });

  test('reports a file that cannot be read or extended, and leaves it unchanged', async () => {
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

  test('.mcp.json keeps its formatting and contains a command that runs', async () => {
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

  test('writes the same lines to AGENTS.md as to CLAUDE.md', async () => {
    const scene = await scenario(BARE, { files: { 'AGENTS.md': '# Agents\n' } });
    await scene.run('init', { claude: true });
    expect(await scene.read('AGENTS.md')).toBe(`# Agents\n\n${await scene.read('CLAUDE.md')}`);
  });

  test('a person or --allow decides what Claude Code may call without asking', async () => {
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
