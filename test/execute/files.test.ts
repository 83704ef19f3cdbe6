import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openBox, temporaryFolder } from './box.ts';

const root = process.getuid?.() === 0;
const bytes = Buffer.from([0, 255, 10, 13]);

test('reads back exactly the bytes and mode that were written', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const umask = process.umask(0o077);
  try {
    for (const mode of [0o600, 0o644, 0o777, 0o440]) {
      await box.write('file', bytes, { mode });
      expect(await box.read('file')).toEqual(bytes);
      expect(await box.status('file')).toMatchObject({ kind: 'file', mode, bytes: 4 });
    }
  } finally {
    process.umask(umask);
  }
  expect(readdirSync(folder)).toEqual(['file']);
});

test('returns undefined for a missing file', async () => {
  const box = await openBox();
  expect(await box.read('nothing')).toBeUndefined();
  expect(await box.status('nothing/below')).toBeUndefined();
});

test('creates missing folders with mode 0755 regardless of the umask', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const umask = process.umask(0o077);
  await box.write('a/b/c/file', bytes, { mode: 0o600 }).finally(() => process.umask(umask));
  for (const made of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o755);
});

test('follows and keeps a symlink, also one whose target does not exist yet', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  mkdirSync(join(folder, 'real'));
  symlinkSync('real/file', join(folder, 'link'));
  symlinkSync('link', join(folder, 'link-to-link'));
  await box.write('link-to-link', bytes, { mode: 0o600 });
  expect(readlinkSync(join(folder, 'link'))).toBe('real/file');
  expect(readFileSync(join(folder, 'real/file'))).toEqual(bytes);
  expect(readdirSync(join(folder, 'real'))).toEqual(['file']);
});

test('a concurrent reader sees the old content or the new', async () => {
  const folder = temporaryFolder();
  const box = await openBox({ folder });
  const contents = [Buffer.alloc(300_000, 'a'), Buffer.alloc(300_000, 'b')];
  await box.write('file', contents[0]!, { mode: 0o644 });
  let writing = true;
  const reading = (async () => {
    while (writing) {
      const seen = await box.read('file');
      expect(contents.some((content) => seen?.equals(content))).toBe(true);
    }
  })();
  for (let n = 0; n < 20; n += 1) await box.write('file', contents[n % 2]!, { mode: 0o644 });
  writing = false;
  await reading;
});

describe('errors carry the system’s code, and keep the old content', () => {
  test('a directory, a link to itself, a file as a folder', async () => {
    const folder = temporaryFolder();
    const box = await openBox({ folder });
    mkdirSync(join(folder, 'directory'));
    symlinkSync('loop', join(folder, 'loop'));
    writeFileSync(join(folder, 'plain'), 'x');
    const write = (path: string) => box.write(path, bytes, { mode: 0o600 });
    await expect(write('directory')).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(write('loop')).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(write('plain/file')).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(write('/dev/null')).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(box.read('directory')).rejects.toMatchObject({ code: 'EISDIR' });
  });

  test('an owner that does not exist', async () => {
    const box = await openBox();
    const write = box.write('file', bytes, { mode: 0o600, owner: 'nobody-of-that-name' });
    await expect(write).rejects.toMatchObject({ code: 'EINVAL' });
    expect(await box.status('file')).toBeUndefined();
  });

  test.runIf(root)('a full disk', async () => {
    const folder = temporaryFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    if (mounted.status !== 0) return;
    try {
      const box = await openBox({ folder });
      await box.write('file', bytes, { mode: 0o600 });
      const write = box.write('file', Buffer.alloc(200_000), { mode: 0o600 });
      await expect(write).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(await box.read('file')).toEqual(bytes);
      expect(readdirSync(folder)).toEqual(['file']);
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });

  test.runIf(root)('overwrites a file that is its own mount point', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'source'), 'old');
    writeFileSync(join(folder, 'target'), '');
    if (spawnSync('mount', ['--bind', join(folder, 'source'), join(folder, 'target')]).status !== 0) return;
    try {
      const box = await openBox({ folder });
      await box.write('target', bytes, { mode: 0o640 });
      expect(readFileSync(join(folder, 'source'))).toEqual(bytes);
      expect(readdirSync(folder).sort()).toEqual(['source', 'target']);
    } finally {
      execFileSync('umount', ['-l', join(folder, 'target')]);
    }
  });

  test.runIf(!root)('a folder without write permission', async () => {
    const folder = temporaryFolder();
    const box = await openBox({ folder });
    chmodSync(folder, 0o555);
    await expect(box.write('file', bytes, { mode: 0o600 })).rejects.toMatchObject({ code: 'EACCES' });
    chmodSync(folder, 0o755);
  });
});

describe.runIf(root)('owners', () => {
  test('sets an owner by name or number, or keeps the old one', async () => {
    const folder = temporaryFolder();
    const box = await openBox({ folder });
    await box.write('file', bytes, { mode: 0o4755, owner: 'daemon:bin' });
    const status = (await box.status('file'))!;
    expect(status).toMatchObject({ uid: 1, gid: 2, mode: 0o4755 });
    for (const owner of ['daemon', 'daemon:bin', ':bin', '1', '1:2', ':2'])
      expect(await box.owns(owner, status)).toBe(true);
    for (const owner of ['root', 'daemon:root', ':0', 'nobody-of-that-name']) {
      expect(await box.owns(owner, status)).toBe(false);
    }
    await box.write('file', bytes, { mode: 0o600, owner: ':3' });
    expect(await box.status('file')).toMatchObject({ uid: 1, gid: 3 });
    chownSync(join(folder, 'file'), 7, 8);
    await box.write('file', Buffer.from('new'), { mode: 0o600 });
    expect(await box.status('file')).toMatchObject({ uid: 7, gid: 8, mode: 0o600 });
  });
});
