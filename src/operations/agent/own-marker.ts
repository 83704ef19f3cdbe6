import { lstat } from 'node:fs/promises';
import { isOwn } from '../../journal/decisions/trusted-file.ts';

/**
 * Whether a file exists that this user or root created; its content does not matter. Uses lstat, because a link in that
 * place could lead to a file of root.
 */
export async function isOwnMarker(path: string): Promise<boolean> {
  const status = await lstat(path).catch(() => undefined);
  return status !== undefined && isOwn(status);
}
