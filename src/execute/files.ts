import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { replaceFile } from '../base/disk/replace-file.ts';
import type { FileStatus } from '../model/box.ts';
import { ownerIds } from './owner.ts';

/** Permission bits of parent folders that a write creates, regardless of the umask. */
const FOLDER_MODE = 0o755;

const PERMISSIONS = 0o7777;

/**
 * The file's content; undefined if the file does not exist.
 * @throws the system's error (`code` EACCES, EISDIR, EIO, …), with the path in its message
 */
export function readContent(path: string): Promise<Buffer | undefined> {
  return unlessMissing(readFile(path));
}

/**
 * What the path refers to, symlinks followed; undefined if nothing exists there.
 * @throws the system's error (`code` EACCES, ELOOP, …)
 */
export async function fileStatus(path: string): Promise<FileStatus | undefined> {
  const found = await unlessMissing(stat(path));
  if (!found) return undefined;
  return {
    kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other',
    mode: found.mode & PERMISSIONS,
    uid: found.uid,
    gid: found.gid,
    bytes: found.size,
  };
}

/**
 * Writes a file atomically: after a power failure it holds either the old content or the new. Uses a temporary file in
 * the same folder, fsync, rename, and fsync of the folder.
 * Follows symlinks, keeps the owner of an existing file unless `owner` is given, and creates missing parent folders. On
 * failure the old content is unchanged and the temporary file is removed.
 * @throws the system's error (`code` ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EISDIR, ENOTDIR, …); EINVAL if the owner
 * does not exist
 */
export async function writeContent(
  path: string,
  content: Buffer,
  { mode, owner }: { readonly mode: number; readonly owner?: string },
): Promise<void> {
  const target = await resolveLinks(path);
  const old = await unlessMissing(stat(target));
  if (old && !old.isFile()) throw notAFile(target, old);
  const ids = owner === undefined ? { uid: old?.uid, gid: old?.gid } : await ownerIds(owner, old);
  const folder = dirname(target);
  await makeFolders(folder);

  const draft = join(folder, `.${basename(target).slice(0, 200)}.${randomBytes(6).toString('hex')}`);
  try {
    await replaceFile(target, content, { draft, settle: (file) => setOwnerAndMode(file, mode, ids) });
  } catch (error) {
    if (!isMountPoint(error)) throw error;
    await overwrite(target, content, mode, ids);
  }
  await withFile(folder, constants.O_RDONLY, (handle) => handle.sync());
}

/** A file that is its own mount point, such as /etc/hosts in a container, cannot be replaced, only overwritten. */
const isMountPoint = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EBUSY';

async function overwrite(path: string, content: Buffer, mode: number, ids: Ids): Promise<void> {
  await withFile(path, 'r+', async (file) => {
    await file.truncate(0);
    await file.writeFile(content);
    await setOwnerAndMode(file, mode, ids);
    await file.sync();
  });
}

interface Ids {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** Sets the owner before the mode, because chown clears the set-id bits. */
async function setOwnerAndMode(file: FileHandle, mode: number, { uid, gid }: Ids): Promise<void> {
  const now = await file.stat();
  const differs = (uid !== undefined && uid !== now.uid) || (gid !== undefined && gid !== now.gid);
  if (differs) await file.chown(uid ?? now.uid, gid ?? now.gid);
  await file.chmod(mode);
}

/** Resolves symlinks, including one whose target does not exist yet. */
async function resolveLinks(path: string): Promise<string> {
  const MAX_LINKS = 40;
  let target = resolve(path);
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const found = await unlessMissing(lstat(target));
    if (!found?.isSymbolicLink()) return target;
    target = resolve(dirname(target), await readlink(target));
  }
  throw systemError('ELOOP', `too many symbolic links at ${path}`);
}

async function makeFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? systemError('ENOTDIR', `${folder} is not a directory`) : error;
  });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await chmod(made, FOLDER_MODE);
}

function notAFile(path: string, found: Stats): Error {
  return found.isDirectory()
    ? systemError('EISDIR', `${path} is a directory`)
    : systemError('EINVAL', `${path} is not a regular file`);
}

async function withFile(
  path: string,
  flags: string | number,
  work: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}

async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function systemError(code: string, text: string): NodeJS.ErrnoException {
  return Object.assign(new Error(text), { code });
}
