import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openApprovals } from '../../src/journal/decisions/approvals.ts';
import { readClusterGrants } from '../../src/journal/decisions/cluster-grants.ts';
import { readTrustedFile } from '../../src/journal/decisions/trusted-file.ts';
import { trustOf } from '../../src/mcp/approval/trust.ts';
import { secretInFile } from '../../src/operations/agent/secret-file.ts';
import { allowedHosts } from '../../src/operations/confine/allowed-hosts.ts';
import { runbook, type Scenario, scenario } from '../support/scenario.ts';
import { agentIn } from './agent/agent.ts';

interface How {
  readonly mode?: number;
  readonly uid?: number;
}

/** A scene, and what a file of the person's says in it, as a mode and owner of the test's choice. */
async function withWord(name: string, text: string, how: How): Promise<Scenario> {
  const scene = await scenario(runbook({}));
  const path = join(scene.world.folders.person, name);
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await writeFile(path, text);
  await spoil(path, how);
  return scene;
}

async function spoil(path: string, { mode = 0o600, uid }: How): Promise<void> {
  await chmod(path, mode);
  if (uid !== undefined) await chown(path, uid, uid);
}

const CONTEXT = `${JSON.stringify({ context: 'prod', server: 'https://prod:6443' })}\n`;
const APPROVAL = `${JSON.stringify({ hash: 'h', document: '/d', how: 'command', at: '2026-11-26' })}\n`;

const FOREIGN: [string, How][] = [
  ['that its group may write', { mode: 0o620 }],
  ['that everybody may write', { mode: 0o606 }],
];
if (process.getuid?.() === 0) FOREIGN.push(['of another user', { uid: 65534 }]);

describe.each(FOREIGN)('a file %s is not trusted', (_, how) => {
  const exposed = (code: string) =>
    expect.objectContaining({ exit: 3, diagnostics: [expect.objectContaining({ code })] });

  test('contexts', async () => {
    const { world } = await withWord('contexts.jsonl', CONTEXT, how);
    expect(() => readClusterGrants(world.folders.person)).toThrow(exposed('contexts-exposed'));
  });

  test('approvals', async () => {
    const { world } = await withWord('approvals.jsonl', APPROVAL, how);
    await expect(
      openApprovals(world.folders.person, world.now).find('h', { document: '/d', box: 'b' }),
    ).rejects.toEqual(exposed('approvals-exposed'));
  });

  test('allowed hosts', async () => {
    const { world } = await withWord('allowed-hosts', 'evil.example\n', how);
    await expect(allowedHosts(world)).rejects.toEqual(exposed('allowed-hosts-exposed'));
  });

  test('a lease', async () => {
    const { world } = await scenario(runbook({}));
    const agent = agentIn(world, { trust: 'guarded', answer: () => 'lease' });
    const draft = (name: string) => ({ title: name, run: `touch ${name}`, verify: `file ${name} exists` });
    await agent.call('apply_step', { draft: draft('a') });
    await spoil(join(world.folders.person, 'leases.jsonl'), how);
    expect(await agent.refused('apply_step', { draft: draft('b') })).toBe('leases-exposed');
  });
});

test('trusts the person’s own files, and treats a missing file as empty', async () => {
  const { world } = await withWord('contexts.jsonl', CONTEXT, { mode: 0o644 });
  expect(readClusterGrants(world.folders.person)).toEqual([{ context: 'prod', server: 'https://prod:6443' }]);
  expect(readTrustedFile(join(world.folders.person, 'none'), 'none')).toBeUndefined();
  expect([...(await allowedHosts(world))]).toEqual([]);
});

describe.runIf(process.getuid?.() === 0)('of another user', () => {
  test('a secret of another user is ignored', async () => {
    const { world } = await withWord('mcp-token', 'x'.repeat(64), { uid: 65534 });
    await expect(secretInFile(join(world.folders.person, 'mcp-token'))).rejects.toMatchObject({
      diagnostics: [{ code: 'exposed-secret' }],
    });
  });

  test('the sandbox marker of another user is ignored', async () => {
    // The machine that runs the tests may be a sandbox itself.
    const noMarker = '/nowhere/sandbox';
    const foreign = await withWord('sandbox', '', { uid: 65534 });
    expect(await trustOf(foreign.world, 'sandbox', () => {}, noMarker)).toBe('guarded');
    const own = await withWord('sandbox', '', { mode: 0o664 });
    expect(await trustOf(own.world, 'sandbox', () => {}, noMarker)).toBe('sandbox');
  });
});
