import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask } from './ask-line.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('exists and absent', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a b'), 'text');
  await symlink('a b', join(folder, 'link'));
  await symlink('nowhere', join(folder, 'dangling'));
  await symlink('loop', join(folder, 'loop'));
  expect(await ask('file "a b" exists', { folder })).toEqual({
    verdict: 'pass',
    class: 'exists',
    observed: 'a file of 4 bytes',
    expected: `${folder}/a b exists`,
  });
  expect(await ask(`file ${folder}/link exists`)).toMatchObject({ verdict: 'pass' });
  expect(await ask('file . exists', { folder })).toMatchObject({
    verdict: 'pass',
    observed: expect.stringMatching(/^a directory/),
  });
  expect(await ask('file no exists', { folder })).toMatchObject({
    verdict: 'fail',
    class: 'missing',
    observed: `${folder}/no is missing`,
  });
  expect(await ask('file link/below exists', { folder })).toMatchObject({
    verdict: 'fail',
    class: 'missing',
  });
  expect(await ask('file dangling exists', { folder })).toMatchObject({ verdict: 'fail', class: 'dangling' });
  expect(await ask('file loop exists', { folder })).toMatchObject({ verdict: 'fail', class: 'loop' });
  expect(await ask('file no absent', { folder })).toMatchObject({ verdict: 'pass', class: 'missing' });
  expect(await ask('file link absent', { folder })).toMatchObject({ verdict: 'fail', class: 'exists' });
  expect(await ask('file dangling absent', { folder })).toMatchObject({ verdict: 'fail', class: 'dangling' });
});

test('contains and matches', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'Caddyfile'), ':443 {\n  reverse_proxy 127.0.0.1:2746\n}\n');
  expect(await ask('file Caddyfile contains "reverse_proxy"', { folder })).toMatchObject({
    verdict: 'pass',
    class: 'match',
  });
  expect(await ask('file Caddyfile contains nginx', { folder })).toMatchObject({
    verdict: 'fail',
    class: 'no-match',
  });
  expect(await ask('file Caddyfile matches /REVERSE_proxy [0-9.]+:2746/i', { folder })).toMatchObject({
    verdict: 'pass',
  });
  expect(await ask('file Caddyfile matches /^reverse/', { folder })).toMatchObject({ verdict: 'fail' });
  expect(await ask('file Caddyfile matches /a{2000}/', { folder })).toMatchObject({
    verdict: 'unknown',
    class: 'bad-regex',
  });
  expect(await ask('file no contains x', { folder })).toMatchObject({ verdict: 'fail', class: 'missing' });
  expect(await ask('file . contains x', { folder })).toMatchObject({ verdict: 'fail', class: 'not-a-file' });
});

test('does not read special files: a pipe would block, a device never end', async () => {
  const folder = await temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(await ask('file pipe contains x', { folder })).toMatchObject({
    verdict: 'fail',
    class: 'not-a-file',
  });
  expect(await ask(`file /dev/zero sha256 ${'0'.repeat(64)}`)).toMatchObject({
    verdict: 'fail',
    class: 'not-a-file',
  });
  expect(await ask('file pipe exists', { folder })).toMatchObject({ verdict: 'pass' });
});

test('reads big files in chunks, and finds a text across two chunks', async () => {
  const folder = await temporaryFolder();
  const text = `${'é'.repeat(700_000)}needle${'y'.repeat(3_000_000)}`;
  for (const shift of [0, 1, 2, 3, 4, 5]) {
    const padded = 'x'.repeat(2 ** 20 - 3 + shift) + 'needle'.padEnd(2 ** 20, 'z');
    await writeFile(join(folder, 'big'), padded);
    expect(await ask('file big contains needle', { folder })).toMatchObject({ verdict: 'pass' });
    expect(await ask('file big contains nadel', { folder })).toMatchObject({ verdict: 'fail' });
  }
  await writeFile(join(folder, 'big'), text);
  expect(await ask('file big contains éneedley', { folder })).toMatchObject({ verdict: 'pass' });
  const hex = createHash('sha256').update(text).digest('hex');
  expect(await ask(`file big sha256 ${hex}`, { folder })).toMatchObject({ verdict: 'pass', observed: hex });
});

test('mode and sha256', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'f'), 'abc');
  await chmod(join(folder, 'f'), 0o640);
  await mkdir(join(folder, 'd'));
  await chmod(join(folder, 'd'), 0o1777);
  expect(await ask('file f mode 0640', { folder })).toMatchObject({ verdict: 'pass' });
  expect(await ask('file f mode 644', { folder })).toMatchObject({
    verdict: 'fail',
    observed: 'mode 0640',
    expected: expect.stringMatching(/0644$/),
  });
  expect(await ask('file d mode 1777', { folder })).toMatchObject({ verdict: 'pass' });
  const abc = 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD';
  expect(await ask(`file f sha256 ${abc}`, { folder })).toMatchObject({ verdict: 'pass', class: 'sha256' });
  expect(await ask(`file f sha256 ${'0'.repeat(64)}`, { folder })).toMatchObject({
    verdict: 'fail',
    class: 'sha256',
  });
});

test('an impossible path is unknown, not an exception', async () => {
  expect(await ask('file "a\\u0000b" exists')).toMatchObject({ verdict: 'unknown' });
  expect(await ask(`file /${'x'.repeat(5000)} exists`)).toMatchObject({ verdict: 'unknown' });
});
