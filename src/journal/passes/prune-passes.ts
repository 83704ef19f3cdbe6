import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning } from '../lock/process-identity.ts';
import { limitIndex } from './pass-index.ts';
import { headIn } from './read-record.ts';
import { recordNames } from './record-names.ts';

/** Passes of one project that are kept, and their bytes on disk. The oldest go first. */
export const MAX_PASSES = 200;
export const MAX_BYTES = 50 * 1024 * 1024;

/** Removes the oldest records beyond the limits; a record that is still written is never removed. */
export async function prunePasses(
  folder: string,
  { passes = MAX_PASSES, bytes = MAX_BYTES }: { passes?: number; bytes?: number } = {},
): Promise<string[]> {
  const records = await recordNames(folder);
  const sized = records.map((each) => ({
    ...each,
    size: statSync(join(folder, each.name), { throwIfNoEntry: false })?.size ?? 0,
  }));
  let left = sized.length;
  let total = sized.reduce((sum, { size }) => sum + size, 0);
  const removed: string[] = [];
  for (const { id, name, size } of sized) {
    if (left <= passes && total <= bytes) break;
    if (!name.endsWith('.gz') && (await isWritten(folder, name))) continue;
    await rm(join(folder, name), { force: true });
    removed.push(id);
    left -= 1;
    total -= size;
  }
  if (removed.length > 0) {
    const gone = new Set(removed);
    await limitIndex(folder, new Set(sized.filter(({ id }) => !gone.has(id)).map(({ id }) => id)));
  }
  return removed;
}

/** Whether the process that writes a record still runs; a killed one left its record as it was. */
async function isWritten(folder: string, name: string): Promise<boolean> {
  const head = await headIn(join(folder, name));
  return head !== undefined && isRunning(head.process);
}
