import { join } from 'node:path';
import { readTrustedFile } from '../../journal/decisions/trusted-file.ts';
import type { World } from '../../world.ts';

/** Hosts that an agent may ask, one a line in the person's own folder. @throws RunbookError 3 where others may write the file */
export async function allowedHosts(world: World): Promise<ReadonlySet<string>> {
  const text = readTrustedFile(join(world.folders.person, 'allowed-hosts'), 'allowed-hosts') ?? '';
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().toLowerCase());
  return new Set(lines.filter((line) => line !== ''));
}
