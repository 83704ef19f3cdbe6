import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../base/disk/replace-file.ts';
import { Snapshot } from '../model/facts/snapshot.ts';
import { journalKey } from './box-state.ts';
import { draftOf, removeLeftDrafts } from './draft.ts';
import type { JournalPlace } from './journal.ts';
import { prepareFolder } from './journal-folder.ts';
import { storing } from './storage-error.ts';

/** The state of a box after a pass brought it to what the runbook describes. */
const Baseline = z.object({
  v: z.literal(1),
  /** The pass that it belongs to. */
  pass: z.string(),
  snapshot: Snapshot,
});
export type Baseline = z.infer<typeof Baseline>;

/**
 * Identifies a baseline by its journal, in whose folder it is stored. One per document and box; a newer one replaces
 * it.
 */
export type BaselinePlace = Pick<JournalPlace, 'document' | 'folder' | 'box'>;

/** Undefined if it is missing or this version cannot read it. */
export async function readBaseline(place: BaselinePlace): Promise<Baseline | undefined> {
  const text = await readFile(pathOf(place), 'utf8').catch(() => '');
  try {
    return Baseline.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * Writes a baseline atomically.
 * @throws RunbookError 3 if it cannot be written
 */
export async function keepBaseline(place: BaselinePlace, baseline: Omit<Baseline, 'v'>): Promise<void> {
  const path = pathOf(place);
  await storing('the baseline', path, async () => {
    await prepareFolder(place.folder);
    await removeLeftDrafts(path);
    await replaceFile(path, JSON.stringify({ v: 1, ...baseline }), { draft: draftOf(path) });
  });
}

/** Removes a baseline: later steps have changed the box, so it is outdated. */
export async function dropBaseline(place: BaselinePlace): Promise<void> {
  await rm(pathOf(place), { force: true });
}

function pathOf({ document, folder, box }: BaselinePlace): string {
  return join(folder, '.runbook', `${basename(document)}.${journalKey(box.id, document)}.baseline.json`);
}
