import { access, constants, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shellQuote } from '../../base/shell-quote.ts';
import type { DoctorCheck } from '../../model/reports/doctor.ts';
import type { World } from '../../world.ts';

/** Whether the folders of runbook's state can be written by this user, and read and written by no one else. */
export async function folderChecks({ folders, cwd }: Pick<World, 'folders' | 'cwd'>): Promise<DoctorCheck[]> {
  return await Promise.all([
    folderCheck('your folder', 'approvals and keys', folders.person),
    folderCheck("the box's folder", 'the lock and the counters of this machine', folders.box),
    folderCheck('.runbook', 'journals and recorded passes of this folder', join(cwd, '.runbook')),
  ]);
}

async function folderCheck(name: string, purpose: string, path: string): Promise<DoctorCheck> {
  const check = { name, for: purpose };
  const broken = (why: string, remedy: string): DoctorCheck => ({
    ...check,
    verdict: 'broken',
    found: `${path} ${why}`,
    remedy,
  });
  const status = await lstat(path).catch(() => undefined);
  if (!status) {
    const parent = await existingParent(path);
    if (await isWritable(parent))
      return { ...check, verdict: 'ok', found: `${path}, created when needed`, remedy: '' };
    return broken(`cannot be created in ${parent}`, `Make ${parent} writable for this user.`);
  }
  if (!status.isDirectory()) return broken('is not a folder', 'Move it away.');
  if (process.getuid && status.uid !== process.getuid())
    return broken('belongs to another user', `Run as that user, or: chown "$USER" ${shellQuote(path)}`);
  if ((status.mode & 0o077) !== 0)
    return broken(
      `is open to others (mode ${(status.mode & 0o777).toString(8)})`,
      `chmod 700 ${shellQuote(path)}`,
    );
  if (!(await isWritable(path))) return broken('cannot be written', `chmod 700 ${shellQuote(path)}`);
  return { ...check, verdict: 'ok', found: path, remedy: '' };
}

async function existingParent(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return parent;
  return (await lstat(parent).catch(() => undefined)) ? parent : await existingParent(parent);
}

const isWritable = (path: string): Promise<boolean> =>
  access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
