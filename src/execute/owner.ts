import { readFile } from 'node:fs/promises';
import type { FileStatus } from '../model/box.ts';
import { runProgram } from '../program/run-program.ts';

/** Numeric user and group id; undefined where not requested. */
export interface OwnerIds {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/**
 * The ids for `user`, `user:group` or `:group`, each a name or a number. An omitted part is taken from `old`.
 * @throws an error with `code` EINVAL: the user or group does not exist on this box
 */
export async function ownerIds(owner: string, old?: OwnerIds): Promise<OwnerIds> {
  const [user = '', group = ''] = owner.split(':');
  return {
    uid: user === '' ? old?.uid : await userId(user),
    gid: group === '' ? old?.gid : await groupId(group),
  };
}

/** Whether the file belongs to `user`, `user:group` or `:group`. False for a name that does not exist on this box. */
export async function isOwnedBy(owner: string, status: FileStatus): Promise<boolean> {
  try {
    const { uid, gid } = await ownerIds(owner, status);
    return uid === status.uid && gid === status.gid;
  } catch {
    return false;
  }
}

async function userId(user: string): Promise<number> {
  if (/^\d+$/.test(user)) return Number(user);
  const { code, stdout } = await runProgram(['id', '-u', '--', user]);
  if (code !== 0) throw unknown('user', user);
  return Number(stdout);
}

/** getent reads every source that the box has configured. /etc/group works without it. */
async function groupId(group: string): Promise<number> {
  if (/^\d+$/.test(group)) return Number(group);
  const { code, stdout } = await runProgram(['getent', 'group', group]);
  const entries = code === 0 ? stdout : await readFile('/etc/group', 'utf8');
  const entry = entries.split('\n').find((line) => line.startsWith(`${group}:`));
  if (!entry) throw unknown('group', group);
  return Number(entry.split(':')[2]);
}

function unknown(kind: string, name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`the ${kind} ${name} does not exist on this box`), { code: 'EINVAL' });
}
