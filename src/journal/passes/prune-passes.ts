import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FLEET } from '../../model/pass-record.ts';
import { isRunning } from '../lock/process-identity.ts';
import { limitIndex, readIndex } from './pass-index.ts';
import { headIn } from './read-record.ts';
import { recordNames } from './record-names.ts';

/** Passes of one project that are kept, and their bytes on disk. */
const MAX_PASSES = 200;
const MAX_BYTES = 50 * 1024 * 1024;

/** At most this part of them are passes of `verify`: one that is scheduled every minute would remove all others. */
const VERIFY_PART = 4;

/**
 * Removes records beyond the limits: the oldest of `verify` where there are many, then the oldest. The boxes of the newest run of a
 * fleet count as one pass, and a record that is still written is never removed.
 */
export async function prunePasses(
  folder: string,
  { passes = MAX_PASSES, bytes = MAX_BYTES }: { passes?: number; bytes?: number } = {},
): Promise<string[]> {
  const records = (await recordNames(folder)).map((each) => ({
    ...each,
    size: statSync(join(folder, each.name), { throwIfNoEntry: false })?.size ?? 0,
  }));
  let total = records.reduce((sum, { size }) => sum + size, 0);
  if (records.length <= passes && total <= bytes) return [];
  const index = await readIndex(folder);
  const left = groupsOf(records, index);
  const removed = new Set<string>();
  for (const { id, name, size } of inOrderOfRemoval(records, index, passes)) {
    if (left.count <= passes && total <= bytes) break;
    if (!name.endsWith('.gz') && (await isWritten(folder, name))) continue;
    await rm(join(folder, name), { force: true });
    removed.add(id);
    left.remove(id);
    total -= size;
  }
  if (removed.size > 0)
    await limitIndex(folder, new Set(records.map(({ id }) => id).filter((id) => !removed.has(id))));
  return [...removed];
}

type Index = Awaited<ReturnType<typeof readIndex>>;

function inOrderOfRemoval<T extends { readonly id: string }>(
  records: readonly T[],
  index: Index,
  passes: number,
): T[] {
  const verifies = records.filter(({ id }) => index.get(id)?.verb === 'verify');
  const tooMany = new Set(verifies.slice(0, Math.max(0, verifies.length - Math.floor(passes / VERIFY_PART))));
  return [...tooMany, ...records.filter((each) => !tooMany.has(each))];
}

/** Counts passes. Unfinished records are not in the index: they count as one, because a fleet has hundreds of them at once. */
function groupsOf(records: readonly { readonly id: string }[], index: Index) {
  const withins = [...index.values()].map(({ within }) => within);
  const newestFleet = withins.findLast((within) => within?.startsWith(FLEET));
  const groupOf = (id: string): string => {
    const known = index.get(id);
    if (!known) return 'unfinished';
    return known.within !== undefined && known.within === newestFleet ? newestFleet : id;
  };
  const sizes = new Map<string, number>();
  for (const { id } of records) sizes.set(groupOf(id), (sizes.get(groupOf(id)) ?? 0) + 1);
  return {
    get count() {
      return sizes.size;
    },
    remove(id: string) {
      const size = (sizes.get(groupOf(id)) ?? 1) - 1;
      if (size === 0) sizes.delete(groupOf(id));
      else sizes.set(groupOf(id), size);
    },
  };
}

/** Whether the process that writes a record still runs; a killed one left its record as it was. */
async function isWritten(folder: string, name: string): Promise<boolean> {
  const head = await headIn(join(folder, name));
  return head !== undefined && isRunning(head.process);
}
