import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../base/disk/replace-file.ts';
import { Snapshot } from '../model/snapshot.ts';
import { journalKey } from './box-state.ts';
import { draftOf, removeLeftDrafts } from './draft.ts';
import type { JournalPlace } from './journal.ts';
import { prepareFolder } from './journal-folder.ts';
import { storing } from './storage-error.ts';

/** What a box looked like when a pass had brought it where the runbook wants it. */
const Baseline = z.object({
  v: z.literal(1),
  /** The pass that it belongs to. */
  pass: z.string(),
  snapshot: Snapshot,
});
export type Baseline = z.infer<typeof Baseline>;

/** Whose baseline: that of a journal, beside which it lies. One a document and box; a newer one takes its place. */
export type BaselinePlace = Pick<JournalPlace, 'document' | 'folder' | 'box'>;

/** Undefined: there is none, or none that this version can read. */
export async function readBaseline(place: BaselinePlace): Promise<Baseline | undefined> {
  const text = await readFile(pathOf(place), 'utf8').catch(() => '');
  try {
    return Baseline.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Keeps a baseline, atomically.
 * @throws RunbookError 3 where it cannot be written
 */
export async function keepBaseline(place: BaselinePlace, baseline: Omit<Baseline, 'v'>): Promise<void> {
  const path = pathOf(place);
  await storing('the baseline', path, async () => {
    await prepareFolder(place.folder);
    await removeLeftDrafts(path);
    await replaceFile(path, JSON.stringify({ v: 1, ...baseline }), { draft: draftOf(path) });
  });
}

/** Of a box that steps have changed since, an older look tells nothing. */
export async function dropBaseline(place: BaselinePlace): Promise<void> {
  await rm(pathOf(place), { force: true });
}

function pathOf({ document, folder, box }: BaselinePlace): string {
  return join(folder, '.runbook', `${basename(document)}.${journalKey(box.id, document)}.baseline.json`);
}
