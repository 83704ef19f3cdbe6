import { nearest } from '../../base/nearest.ts';
import { listPasses, type PassRecord, readRecord } from '../../journal/passes/read-record.ts';
import { EXIT, runbookError } from '../../model/diagnostic.ts';
import type { PassEntry } from '../../model/pass-record.ts';
import type { OpenedDocument } from '../document/opened-document.ts';

/** The recorded passes of a document, newest first. Sites share the folder of their base, and each has its own passes. */
export async function passesOf({ folder, runbook, site }: OpenedDocument): Promise<PassEntry[]> {
  const passes = await listPasses(folder);
  return site ? passes.filter(({ name }) => name === runbook.name) : passes;
}

/**
 * The record of a pass, by its id; without an id the newest.
 * @throws RunbookError 64 where no pass has that id, with the nearest one; 3 where nothing is recorded yet
 */
export async function findPassRecord(
  folder: string,
  id: string | undefined,
  known?: readonly PassEntry[],
): Promise<PassRecord> {
  const passes = known ?? (await listPasses(folder));
  const newest = passes[0];
  if (!newest)
    throw runbookError(
      {
        code: 'no-pass',
        message: 'No pass is recorded for this document.',
        remedy: 'Run runbook replay first.',
      },
      EXIT.person,
    );
  const wanted = id ?? newest.id;
  const record = passes.some((each) => each.id === wanted) ? await readRecord(folder, wanted) : undefined;
  if (record) return record;
  const near = nearest(
    id ?? '',
    passes.map((each) => each.id),
  );
  throw runbookError(
    {
      code: 'unknown-pass',
      message: `No pass "${id}" is recorded for this document.`,
      remedy: near
        ? `Did you mean ${near}? List them with runbook history.`
        : 'List them with runbook history.',
    },
    EXIT.usage,
  );
}
