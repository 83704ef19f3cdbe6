import { type FileHandle, open, rename, rm } from 'node:fs/promises';

export interface ReplaceOptions {
  /** Permission bits of the new file. Default 0o600. */
  readonly mode?: number;
  /** Whether the content is on the disk before it takes the target's place. Default true; false for what can be derived again. */
  readonly sync?: boolean;
  /** Where the content is written first; in the same folder as the target. */
  readonly draft?: string;
  /** Sets owner and mode of the draft before it is synced. */
  readonly settle?: (draft: FileHandle) => Promise<unknown>;
  /** Called right before the draft takes the target's place; throws to leave the target as it is. */
  readonly ready?: () => Promise<void>;
}

/**
 * Replaces a file atomically: after a crash or a power cut it has its old content or the new one. A symlink at `path` is
 * replaced, not followed. On failure the old content is untouched and no draft stays.
 * @throws the system's error (`code` ENOSPC, EACCES, EBUSY for a mount point, …), or what `settle` or `ready` throw
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode = 0o600, sync = true, draft = `${path}.${process.pid}.tmp`, settle, ready }: ReplaceOptions = {},
): Promise<void> {
  try {
    await rm(draft, { force: true });
    const file = await open(draft, 'wx', mode);
    try {
      await file.writeFile(content);
      await settle?.(file);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await ready?.();
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
