import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMarkRunning, processMark } from './lock/process-identity.ts';

/**
 * Temporary file next to the one that it will replace. Its name contains this process, because kill -9 leaves it
 * behind.
 */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${processMark()}.tmp`);
}

/**
 * Removes drafts of this file that a killed process left. Those of running processes stay. If a running process cannot
 * be seen (in another container), at most its draft is lost; it then reports an error and leaves the file unchanged.
 */
export async function removeLeftDrafts(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `.${basename(path)}.`;
  const drafts = (await readdir(folder).catch(() => [])).flatMap((name) => {
    const mark = name.startsWith(start) && name.endsWith('.tmp') ? name.slice(start.length, -4) : '';
    return isMarkRunning(mark) === false ? [name] : [];
  });
  await Promise.all(drafts.map((name) => rm(join(folder, name), { force: true }).catch(() => {})));
}
