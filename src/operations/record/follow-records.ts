import { watch } from 'node:fs';
import { prepareSubfolder } from '../../journal/journal-folder.ts';
import { recordNames } from '../../journal/passes/record-names.ts';
import { type FollowedLine, RecordTail } from './record-tail.ts';

/**
 * Reports every line that any process adds to a record of this document, until the signal aborts. Lines that exist already are
 * counted and not reported.
 */
export async function followRecords(
  folder: string,
  { signal, report }: { signal: AbortSignal; report: (lines: readonly FollowedLine[]) => void },
): Promise<void> {
  const passes = await prepareSubfolder(folder, 'passes');
  const tails = new Map<string, RecordTail>();
  const tailOf = (id: string): RecordTail => {
    const tail = tails.get(id) ?? new RecordTail(passes, id);
    tails.set(id, tail);
    return tail;
  };
  for (const { id, name } of await recordNames(passes))
    if (!name.endsWith('.gz')) await tailOf(id).read(() => {});
  let queue = Promise.resolve();
  watch(passes, { signal }, (_kind, name) => {
    const [, id, ended] = /^(.+)\.jsonl(\.gz)?$/.exec(String(name)) ?? [];
    if (id === undefined) return;
    queue = queue
      .then(async () => {
        // Nothing is added to a compressed record.
        if (ended || !(await tailOf(id).read(report))) tails.delete(id);
      })
      .catch(() => {});
  }).on('error', () => {});
}
