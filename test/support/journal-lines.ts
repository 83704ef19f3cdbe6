import type { JournalRecord } from '../../src/model/journal.ts';

/** The records of a journal file, a torn last line left out. */
export function journalLines(text: string): JournalRecord[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalRecord];
    } catch {
      return [];
    }
  });
}

/** Steps that were started again after they had been confirmed, with nothing changed: what must never be. */
export function confirmedAndRunAgain(records: readonly JournalRecord[]): string[] {
  const confirmed = new Set<string>();
  const again: string[] = [];
  for (const record of records) {
    if (record.kind === 'confirmed') confirmed.add(`${record.step} ${record.action}`);
    if (record.kind === 'started' && confirmed.has(`${record.step} ${record.action}`))
      again.push(record.step);
  }
  return again;
}
