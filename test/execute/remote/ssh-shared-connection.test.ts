import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sharedConnection } from '../../../src/execute/remote/ssh-shared-connection.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shared-'));
  vi.stubEnv('TMPDIR', folder);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const pathOf = async (configuration: string | undefined) =>
  (await sharedConnection(configuration)).options.ControlPath!;

test('the same configuration shares a connection, another one does not', async () => {
  expect(await pathOf('hostname a\n')).toBe(await pathOf('hostname a\n'));
  expect(await pathOf('hostname a\n')).not.toBe(await pathOf('hostname b\n'));
});

test('boxes of which ssh does not print the configuration share nothing', async () => {
  const [one, two] = [await sharedConnection(undefined), await sharedConnection(undefined)];
  expect(one.options.ControlPath).not.toBe(two.options.ControlPath);
  expect(dirname(one.options.ControlPath!)).not.toContain('runbook-ssh-');
  expect(one.options.ControlPersist).toBe('no');
  await Promise.all([one.close(), two.close()]);
});

test('a folder that others can open is not used', async () => {
  const shared = dirname(await pathOf('hostname a\n'));
  await chmod(shared, 0o755);
  const { options, close } = await sharedConnection('hostname a\n');
  expect(dirname(options.ControlPath!)).not.toBe(shared);
  await close();
});
