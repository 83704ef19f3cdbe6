import { passesFolder, readRecord } from '../../journal/passes/read-record.ts';
import { recordNames } from '../../journal/passes/record-names.ts';
import type { PassDetail } from '../../model/pass-record.ts';
import { passDetail } from './pass-detail.ts';

/** The passes of a document's folder in detail. */
export interface PassDetails {
  /** Newest first. */
  list(): Promise<readonly PassDetail[]>;
}

/** Reads each ended pass once, and one that runs at every call. Output is not kept in memory. */
export function passDetails(folder: string): PassDetails {
  const ended = new Map<string, PassDetail>();
  return {
    async list() {
      const ids = [...new Set((await recordNames(passesFolder(folder))).map(({ id }) => id))];
      for (const id of ended.keys()) if (!ids.includes(id)) ended.delete(id);
      const found: PassDetail[] = [];
      for (const id of ids.reverse()) {
        const detail = ended.get(id) ?? (await detailOf(folder, id));
        if (!detail) continue;
        if (detail.outcome !== 'running') ended.set(id, detail);
        found.push(detail);
      }
      return found;
    },
  };
}

async function detailOf(folder: string, id: string): Promise<PassDetail | undefined> {
  const record = await readRecord(folder, id);
  return record && passDetail(record);
}
