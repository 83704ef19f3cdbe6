import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { World } from '../../world.ts';
import { secretIfKept, secretInFile } from '../agent/secret-file.ts';

/**
 * A key per person, so that equal files can be recognized in all snapshots and boxes, while the hash reveals nothing to
 * others.
 */
export async function fileHashKey(
  { folders }: World,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<string> {
  const path = join(folders.person, 'file-hash-key');
  return readOnly ? ((await secretIfKept(path)) ?? temporaryKey) : await secretInFile(path);
}

/** For a process that may not store a key. */
const temporaryKey = randomBytes(32).toString('hex');
