import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../base/disk/replace-file.ts';
import type { ScheduleMemory } from '../model/reports/schedule-report.ts';
import { makeFolders } from './make-folders.ts';
import { storing } from './storage-error.ts';

const Memory = z.object({
  state: z.enum(['ok', 'different', 'failed', 'person']),
  details: z.array(z.string()),
  at: z.string(),
  since: z.string(),
  ms: z.number(),
});

/** The last run of each schedule of a document, in the person's state folder. */
export interface ScheduleMemories {
  /** Undefined: it has not run, or the file is damaged. */
  read(name: string): Promise<ScheduleMemory | undefined>;
  write(name: string, memory: ScheduleMemory): Promise<void>;
  /** Of one schedule, or of all of the document, also those that it no longer has. */
  forget(name: string | undefined): Promise<void>;
}

/** Opens the memories of one document, known by its key; nothing is read yet. */
export function scheduleMemories(stateFolder: string, key: string): ScheduleMemories {
  const folder = join(stateFolder, 'schedules');
  const path = (name: string) => join(folder, `${key}-${name}.json`);
  return {
    read: async (name) => {
      const text = await readFile(path(name), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      try {
        return Memory.parse(JSON.parse(text));
      } catch {
        return undefined;
      }
    },
    write: (name, memory) =>
      storing('the state of this schedule', path(name), async () => {
        makeFolders(folder);
        await replaceFile(path(name), JSON.stringify(memory));
      }),
    forget: async (name) => {
      if (name !== undefined) return await rm(path(name), { force: true });
      const files = await readdir(folder).catch(() => []);
      for (const file of files) if (file.startsWith(`${key}-`)) await rm(join(folder, file), { force: true });
    },
  };
}
