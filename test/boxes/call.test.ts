import { expect, test } from 'vitest';
import { call } from '../../src/boxes/call.ts';

test('stops a program that writes without end, and what it started', async () => {
  const said = await call('sh', ['-c', 'cat /dev/zero; :']);
  expect(said).toMatchObject({ code: 137, stderr: 'sh was stopped after writing more than 64 MiB' });
  expect(said.stdout.length).toBeLessThanOrEqual(64 * 1024 * 1024);
});
