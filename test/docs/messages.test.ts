import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('docs/messages.md lists the messages of src', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/messages.mjs', '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stderr: stderr.slice(0, 500) }).toEqual({ status: 0, stderr: '' });
});
