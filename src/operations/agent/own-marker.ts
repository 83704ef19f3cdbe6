import { lstat } from 'node:fs/promises';
import { isOwn } from '../../journal/decisions/trusted-file.ts';

/**
 * Whether a file stands there that this user or root has put there; what is in it says nothing. lstat: whoever may make a link
 * there could let it lead to a file of root's.
 */
export async function isOwnMarker(path: string): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  return status !== undefined && isOwn(status);
}
