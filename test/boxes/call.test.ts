import { expect, test } from 'vitest';
import { call } from '../../src/boxes/call.ts';

test('a program that talks without end is stopped, with what it started', async () => {
  const said = await call('sh', ['-c', 'cat /dev/zero; :']);
  expect(said).toMatchObject({ code: 137, stderr: 'sh said more than 64 MiB, and was stopped' });
  expect(said.stdout.length).toBeLessThanOrEqual(64 * 1024 * 1024);
});
