import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { World } from '../../world.ts';
import { secretIfKept, secretInFile } from '../agent/secret-file.ts';

/** Of this person, so that equal files can be told over all snapshots and boxes and the hash tells a stranger nothing. */
export async function fileHashKey(
  { folders }: World,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<string> {
  const path = join(folders.person, 'file-hash-key');
  return readOnly ? ((await secretIfKept(path)) ?? passing) : await secretInFile(path);
}

/** Of a process that may not keep one. */
const passing = randomBytes(32).toString('hex');
