import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { secretInFile } from '../../../src/operations/agent/secret-file.ts';

async function place(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-secret-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'mcp-token');
}

describe('a secret in a file', () => {
  test('is created once, readable only by its owner, and does not change', async () => {
    const path = await place();
    const secret = await secretInFile(path);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await secretInFile(path)).toBe(secret);
    expect((await readFile(path, 'utf8')).trim()).toBe(secret);
  });

  test('is the same for servers that start at the same time', async () => {
    const path = await place();
    const secrets = await Promise.all(Array.from({ length: 10 }, () => secretInFile(path)));
    expect(new Set(secrets).size).toBe(1);
  });

  test('is refused if others can read it or if it is empty', async () => {
    const path = await place();
    await secretInFile(path);
    await chmod(path, 0o644);
    await expect(secretInFile(path)).rejects.toThrow(/readable only by you/);
    await chmod(path, 0o600);
    await writeFile(path, 'short\n');
    await expect(secretInFile(path)).rejects.toThrow(/contain a secret/);
  });
});
