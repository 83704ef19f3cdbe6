import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Passes of one project that are kept, and their bytes on disk. The oldest go first. */
export const MAX_PASSES = 200;
export const MAX_BYTES = 50 * 1024 * 1024;

const RECORD = /^(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-[0-9a-f]{4})\.jsonl(\.gz)?$/;

/** Names of the records of a folder, oldest first. */
export async function recordNames(folder: string): Promise<{ id: string; name: string }[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const id = RECORD.exec(name)?.[1];
      return id === undefined ? [] : [{ id, name }];
    })
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** Removes the oldest compressed records beyond the limits; a record that is still written is never removed. */
export async function prunePasses(
  folder: string,
  { passes = MAX_PASSES, bytes = MAX_BYTES }: { passes?: number; bytes?: number } = {},
): Promise<string[]> {
  const records = await recordNames(folder);
  const sized = await Promise.all(
    records.map(async (each) => ({ ...each, size: (await stat(join(folder, each.name))).size })),
  );
  let left = sized.length;
  let total = sized.reduce((sum, { size }) => sum + size, 0);
  const removed: string[] = [];
  for (const { id, name, size } of sized) {
    if (left <= passes && total <= bytes) break;
    if (!name.endsWith('.gz')) continue;
    await rm(join(folder, name), { force: true });
    removed.push(id);
    left -= 1;
    total -= size;
  }
  return removed;
}
