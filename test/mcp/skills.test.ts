import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectFolder } from '../../src/mcp/project-folder.ts';
import { rawServer } from './support/raw-server.ts';
import { standIn } from './support/stand-in.ts';

const server = standIn();

/** What every request of revision 2026-07-28 carries. */
const modern = (client: string, version = '1', extensions = {}) => ({
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: client, version },
    'io.modelcontextprotocol/clientCapabilities': { extensions },
  },
});

test('serves the skills of SEP-2640, each with the digest of its file', async () => {
  const raw = await rawServer(server.command());
  const discovered = await raw.ask({ id: 1, method: 'server/discover', params: modern('x') });
  expect(discovered.result.capabilities.extensions).toMatchObject({ 'io.modelcontextprotocol/skills': {} });
  const { result } = await raw.ask({ id: 2, method: 'skills/list', params: modern('x') });
  expect(result).toMatchObject({ resultType: 'complete', cacheScope: 'private', ttlMs: expect.any(Number) });
  expect(result.skills.map((each: { uri: string }) => each.uri)).toEqual([
    'skill://deploy/SKILL.md',
    'skill://diagnose/SKILL.md',
    'skill://redeploy/SKILL.md',
  ]);
  for (const skill of result.skills) {
    const params = { ...modern('x'), uri: skill.uri };
    const got = await raw.ask({ id: 3, method: 'skills/get', params });
    expect(got.result.skill).toEqual(skill);
    const read = await raw.ask({ id: 4, method: 'resources/read', params });
    const { text } = read.result.contents[0];
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    expect(skill.resources).toEqual([{ uri: skill.uri, digest, size: Buffer.byteLength(text) }]);
    expect(text).toContain(`name: ${skill.frontmatter.name}\n`);
  }
  const unknown = await raw.ask({
    id: 5,
    method: 'skills/get',
    params: { ...modern('x'), uri: 'skill://x/SKILL.md' },
  });
  expect(unknown.error.code).toBe(-32602);
});

test('offers the same task once: as skill, as prompt, or by the plugin alone', async () => {
  const prompts = async (args: Record<string, unknown>, client: object) => {
    const raw = await rawServer(server.command(args));
    const { result } = await raw.ask({ id: 1, method: 'prompts/list', params: client });
    return result.prompts.length;
  };
  expect(await prompts({}, modern('x'))).toBe(3);
  expect(await prompts({}, modern('x', '1', { 'io.modelcontextprotocol/skills': {} }))).toBe(0);
  expect(await prompts({}, modern('claude-code', '2.1.332'))).toBe(0);
  expect(await prompts({}, modern('claude-code', '2.1.197'))).toBe(3);
  expect(await prompts({ withoutSkills: true }, modern('x'))).toBe(0);
});

test('the skills of the plugin are the same texts', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['scripts/skills.mjs', '--check'], { cwd: root, stdio: 'pipe' });
});

test('a server that is started in the folder of its plugin works in the folder that its client was started in', async () => {
  const plugin = await mkdtemp(join(tmpdir(), 'runbook-plugin-'));
  const folder = (env: object) => projectFolder({ cwd: plugin, env: { ...env } });
  expect(await folder({ PWD: '/srv/x' })).toBe(plugin);
  expect(await folder({ PLUGIN_ROOT: plugin, PWD: '/srv/x' })).toBe('/srv/x');
  await expect(folder({ PLUGIN_ROOT: plugin, PWD: plugin })).rejects.toThrow(/folder of a project/);
  expect(await projectFolder({ cwd: '/srv/x', env: { PLUGIN_ROOT: plugin } })).toBe('/srv/x');
});
