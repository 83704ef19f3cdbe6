import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMarkRunning, processMark } from './lock/process-identity.ts';

/**
 * Where this process writes a file before it takes the place of the one at the path: beside it, and known as ours, since kill
 * -9 leaves it there.
 */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${processMark()}.tmp`);
}

/**
 * Removes drafts of this file that a killed process left. Those of the living stay; of a process that cannot be seen from here
 * (another container's) at most the draft is lost, and it says so and leaves the file as it was.
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
